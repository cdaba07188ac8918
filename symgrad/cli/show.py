"""``symgrad show``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from symgrad.cli.networks import BATCH, INPUT_SIZE, NET, model
from symgrad.cli.parameters import files, option, written

_SHOW = f"""\
Print the layers of a network: what each gives, its parameters, and how many numbers they are.

{NET}
`symgrad --help` shows what networks look like.
"""

_SHOW_EXAMPLES = """\
\b
Example:
  symgrad show "input(1x28x28) | conv2d(4, 5) | relu | flatten | linear(10)"
"""


@click.command(help=_SHOW, epilog=_SHOW_EXAMPLES)
@click.argument("net", metavar="NET", shell_complete=files)
@INPUT_SIZE
@BATCH
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
    help="The signs to use. Unicode is the default wherever it can be shown.",
)
def show(
    net: str, input_size: str | None, batch: str | None, output: str | None, unicode: bool | None
) -> None:
    """``symgrad show``: see its help."""
    from symgrad.network.summary import table
    from symgrad.terminal import shows

    lines = table(model(net, input_size, batch))
    to_file = output not in (None, "-")
    if unicode is None:
        unicode = to_file or shows(sys.stdout)
    elif unicode and not to_file and not shows(sys.stdout):
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a text stream of Python's own
    written(lines if unicode else _ascii(lines), output)


def _ascii(lines: Iterator[str]) -> Iterator[str]:
    return (line.replace("×", "x") for line in lines)
