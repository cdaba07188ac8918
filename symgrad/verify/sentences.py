"""Findings in sentences, for the one who wrote the formula."""

from __future__ import annotations

from symgrad.verify.claims import Kind


def said(kind: Kind, given: str, expected: str, note: str = "") -> str:  # one sentence a kind
    """A finding in a sentence without a full stop; ``note`` is what was missing."""
    match kind:
        case "sign":
            return f"the sign is wrong: {given} should be {expected}"
        case "missing-term":
            return f"the term {note or expected} is missing"
        case "missing-factor":
            return f"the factor {note or expected} is missing"
        case "extra-term":
            return f"{given} does not belong here"
        case "repeated-term":
            return f"{given} is there twice"
        case "constant-factor" if note:
            return f"the constant factor {note} is missing: {given} should be {expected}"
        case "constant-factor" if not expected:
            return f"the factor {given} does not belong here"
        case "constant-factor":
            return f"a constant factor is wrong: {given} should be {expected}"
        case "transpose":
            return f"a transpose is wrong: {given} should be {expected}"
        case "shape":
            return (
                f"the shapes do not fit: {given} should be {expected}"
                if expected
                else f"{given} does not fit"
            )
        case "wrong-function":
            return f"the function is wrong: {given} should be {expected}" if expected else f"{given} is wrong"
        case "garbled":
            return f"{given} reads as if it had been {expected}"
        case "wrong-target":
            return f"this is {expected}, not {given}"
        case _:
            return f"{given} should be {expected}" if expected else f"{given} is wrong"
