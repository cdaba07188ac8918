"""Single corrections that a formula might need, each a formula with one thing changed and the text of it.

Nothing here knows what is true. The diagnosis tries the changes, most plausible first, and keeps one that
makes the formula right; so a finding is never a guess.
"""

from symgrad.verify.corrections.every import other_words, slight_changes
from symgrad.verify.corrections.spots import Change, Edits, Spot, spots
from symgrad.verify.corrections.writer import Writer

__all__ = ["Change", "Edits", "Spot", "Writer", "other_words", "slight_changes", "spots"]
