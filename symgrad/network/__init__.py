"""Networks: descriptions are read, layers get their place and names, equations are stated.

Floor 2.
"""
