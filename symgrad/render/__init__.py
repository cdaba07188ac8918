"""Renderers: a derivation's document becomes text, LaTeX or JSON. One file per output format.

Floor 4. A renderer without a rule for something refuses and names it.
"""
