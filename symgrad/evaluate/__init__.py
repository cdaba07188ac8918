"""Numbers from derivations: a program and its gradients as a function of arrays.

Floor 5. Two backends make the same numbers: straight-line code for one sample of a small network, index
tables and array operations for everything else.
"""
