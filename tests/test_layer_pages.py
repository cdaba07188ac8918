"""docs/layers/ holds a page for every entry of the catalogue, as it is made now, and an index.

``python tests/test_layer_pages.py --write`` writes them: read the difference.
"""

from __future__ import annotations

import sys
from pathlib import Path

from symgrad.catalogue import CATALOGUE
from symgrad.derivation.page import page
from symgrad.render.page import markdown_index, markdown_page

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "layers"


def pages() -> dict[str, str]:
    """The text of each file by its name."""
    made = {f"{name}.md": "".join(markdown_page(page(layer))) for name, layer in CATALOGUE.items()}
    return {"README.md": "".join(markdown_index(CATALOGUE.values())), **made}


def test_the_pages_are_those_of_the_catalogue_as_it_is():
    found = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}
    assert found == pages(), "`make docs` writes the pages again"


def write() -> None:
    """Write every page, and remove those of entries that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for file in FOLDER.iterdir():
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()
