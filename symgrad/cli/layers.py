"""``symgrad layers``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from symgrad.cli.parameters import files, option, written

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_LAYERS = """\
Print the layers that a network may have, or the page of one of them.

Without NAME: every layer with its options and a line on what it is. With NAME: its options, its forward
equation and its gradients in closed form, with a symbol for every size, so that they hold for all of
them. What the gradients are is derived from the forward equation.
"""

_LAYERS_EXAMPLES = """\
\b
Examples:
  symgrad layers
  symgrad layers conv2d
  symgrad layers linear --to latex -o linear.tex
"""


def _names(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from symgrad.catalogue import CATALOGUE

    return [CompletionItem(name) for name in CATALOGUE if name.startswith(begun)]


@click.command(help=_LAYERS, epilog=_LAYERS_EXAMPLES)
@click.argument("name", metavar="[NAME]", required=False, shell_complete=_names)
@option(
    "--to",
    "form",
    default="text",
    type=click.Choice(["text", "latex", "markdown"]),
    help="The format of a page. LaTeX is ready for \\input and needs amsmath.",
)
@option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=files,
    help="Write a file, whole or not at all, instead of standard output.",
)
@click.option(
    "--unicode/--ascii",
    default=None,
    help="Text: the signs to use. Unicode is the default wherever it can be shown.",
)
def layers(name: str | None, form: str, output: str | None, unicode: bool | None) -> None:
    """``symgrad layers``: see its help."""
    from symgrad.catalogue import CATALOGUE
    from symgrad.errors import NameUnknownError, nearest, quoted
    from symgrad.terminal import shows

    to_file = output not in (None, "-")
    if unicode is None:
        unicode = to_file or shows(sys.stdout)
    elif unicode and not to_file and not shows(sys.stdout):
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a text stream of Python's own
    from symgrad.render import page as pages

    if name is None:
        if form == "latex":
            raise click.UsageError("--to latex needs the NAME of a layer; `symgrad layers` lists them")
        every = CATALOGUE.values()
        written(
            pages.markdown_index(every) if form == "markdown" else pages.vocabulary(every, unicode=unicode),
            output,
        )
        return
    if name not in CATALOGUE:
        close = nearest(name, CATALOGUE)
        hint = f"; did you mean {close}?" if close else "."
        raise NameUnknownError(f"no layer is called {quoted(name)}{hint} `symgrad layers` lists them")
    from symgrad.derivation.page import page

    found = page(CATALOGUE[name])
    if form == "latex":
        written(pages.latex_page(found), output)
    elif form == "markdown":
        written(pages.markdown_page(found), output)
    else:
        written(pages.text_page(found, unicode=unicode), output)
