"""Verification: the formulas of a document, each judged against what must hold.

Floor 5. Passages of mathematics are found, read without evaluating anything, given a meaning by the
document's own declarations or by a network, judged, diagnosed, reported and mended.
"""
