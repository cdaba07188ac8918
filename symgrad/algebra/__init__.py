"""The index algebra: equations over tensor entries, closed under differentiation.

Floor 0. It knows nothing of networks: only of sizes, indices, terms, and the equations made of them.
"""
