"""Documents: where mathematics stands in Markdown, TeX, notebooks and plain text, character by character.

A scanner for each kind yields what it finds in order; ``symgrad.verify.passages`` makes a document of it.
No scanner recurses, and each is linear in the length of the text.
"""
