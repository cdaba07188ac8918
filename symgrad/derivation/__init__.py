"""Derivations: the reverse sweep over a program, and the views of its result.

Floor 3.
"""
