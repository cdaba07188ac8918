"""Explained steps: what a sweep did, stage by stage, and the exact check of every stage.

``trace.py`` is what the sweep writes down. ``field.py``, ``slopes.py`` and ``values.py`` are the witness:
exact numbers, the forward equations as they are written with their derivatives, and the value of an
expression. They know no normal form, no elimination and no rule of the sweep. ``check.py`` holds each step
against the witness, ``explain.py`` puts both together.
"""
