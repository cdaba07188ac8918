"""``symgrad verify``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

import click

from symgrad.cli.networks import BATCH, model, standard_input
from symgrad.cli.parameters import files, option, written
from symgrad.errors import DescriptionError, printable, quoted, reason

if TYPE_CHECKING:
    from symgrad.verify.claims import Claim
    from symgrad.verify.mend import Mended
    from symgrad.verify.passages import Document

_VERIFY = """\
Judge every formula of a derivation that was written by hand.

FILE is Markdown, TeX, a Jupyter notebook or plain text, or - for standard input. It says itself what its
formulas are judged by: the first equation for a name defines it (z = Wx + b, L = ½(z − y)²), and is
believed. A derivative (∂L/∂w = …, dW = …), a second equation for a name and an update are claims. With
--net the network's own formulas are the truth, and first equations are claims as well.

Every claim is right, wrong, undecided or unreadable. Of a wrong one the report says which term is wrong and
what it should be.

\b
Exit status:
  0  every claim is right
  1  something is wrong
  2  the command line or the file cannot be read
  3  nothing is wrong, but something is undecided or unreadable, or nothing
     is claimed
"""

_VERIFY_EXAMPLES = """\
\b
Examples:
  symgrad verify sheet.md
  symgrad verify article.tex --net "input(5x5) | conv2d(1, 3, stride=2)"
  symgrad verify sheet.md --diff
  symgrad verify sheet.md --fix -o sheet.md
  echo 'L = (w*x - y)^2, dL/dw = 2*(w*x - y)' | symgrad verify -

\b
In a document, a comment tells what follows it, up to the next one:
  <!-- symgrad: given -->     is believed       (in TeX: % symgrad: given)
  <!-- symgrad: claim -->     is judged
  <!-- symgrad: ignore -->    is not read
  <!-- symgrad: auto -->      as without a comment
"""


@click.command(help=_VERIFY, epilog=_VERIFY_EXAMPLES)
@click.argument("file", metavar="FILE", shell_complete=files)
@option(
    "--net",
    metavar="NET",
    shell_complete=files,
    help="The network that the document is about: one line as for `symgrad derive`, or a file that holds it.",
)
@BATCH
@option(
    "--names",
    metavar="NAMES",
    help="What the document calls the network's tensors, the network's letter first: a=x,w=k,z=o. Without it "
    "they are matched by shape and order, and the report says how.",
)
@option(
    "--to",
    "form",
    default="text",
    type=click.Choice(["text", "json"]),
    help="The format of the report; JSON is described in docs/verify.md.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Write the document with every wrong formula corrected, to standard output or to the file of -o. "
    "The report then goes to standard error.",
)
@click.option("--diff", is_flag=True, help="Show what --fix would change instead, as a unified diff.")
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Add the corrected formulas, how each verdict was reached, and where a wrong one differs.",
)
@option(
    "-o",
    "--output",
    metavar="OUT",
    shell_complete=files,
    help="Write a file, whole or not at all, instead of standard output. It may be FILE itself.",
)
@option(
    "--limit",
    metavar="SECONDS",
    default=2.0,
    type=click.FloatRange(0.01, 3600),
    help="The longest time for one decision; a claim that needs more is undecided.",
)
def verify(
    file: str,
    net: str | None,
    batch: str | None,
    names: str | None,
    form: str,
    fix: bool,
    diff: bool,
    verbose: bool,
    output: str | None,
    limit: float,
) -> int:
    """``symgrad verify``: see its help."""
    if fix and diff:
        raise click.UsageError("--fix and --diff are two ways to show the same; give one")
    if file == net == "-":
        raise click.UsageError("the document and the network cannot both come from standard input")
    if names is not None and net is None:
        raise click.UsageError("--names names the tensors of a network; give it with --net")
    if batch is not None and net is None:
        raise click.UsageError("--batch is the batch of a network; give it with --net")
    named = None if names is None else _names(names)
    document = _document(file)
    claims = _judged(document, net, batch, named, limit)
    from symgrad.verify.summary import status

    stream = sys.stdout if output in (None, "-") else None
    if not (fix or diff):
        written(_report(document, claims, form, stream, verbose=verbose), output)
        return status(claims)
    from symgrad.verify.mend import differing, mended

    done = mended(document, claims)
    name = "document" if file == "-" else printable(file)
    text = [done.text] if fix else differing(document.source, done.text, name)
    written(_document_for(stream, text), output)
    told = _report(document, claims, form, sys.stderr, verbose=verbose, mended=done)
    click.echo("".join(told), err=True, nl=False, color=True)
    return status(claims)


def _names(text: str) -> Mapping[str, str]:
    """The document's letter by the network's."""
    found: dict[str, str] = {}
    for part in text.split(","):
        ours, equals, theirs = (word.strip() for word in part.partition("="))
        if not (ours and equals and theirs):
            raise click.UsageError(
                f"--names takes pairs such as a=x,w=k,z=o, the network's letter first; {quoted(part)} is none"
            )
        if ours in found:
            raise click.UsageError(f"--names gives {quoted(ours)} twice")
        found[ours] = theirs
    return found


def _document(file: str) -> Document:
    """The document that FILE is."""
    from symgrad.verify.documents.places import DocumentError
    from symgrad.verify.passages import MOST_BYTES, decoded, find

    name = "" if file == "-" else file
    try:
        if file == "-":
            content = standard_input().read(MOST_BYTES + 1)
        else:
            with open(file, "rb") as stream:  # noqa: PTH123  # pathlib costs 5 ms of start-up
                content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        told = quoted(file)
        if isinstance(error, FileNotFoundError) or not isinstance(error, OSError):
            hint = "; a network is given by --net" if "|" in file or "(" in file else ""
            raise DocumentError(f"there is no file {told}{hint}") from None
        raise DocumentError(f"cannot read {told}: {reason(error)}") from None
    return find(decoded(content, name), None, name)


def _judged(
    document: Document,
    net: str | None,
    batch: str | None,
    names: Mapping[str, str] | None,
    limit: float,
) -> tuple[Claim, ...]:
    from symgrad.algebra.sizes import size_symbols
    from symgrad.terminal import Progress, is_terminal
    from symgrad.verify.judge import judged

    network = None if net is None else model(net, batch=batch)
    if network is not None and network.batch is not None and size_symbols(network.batch):
        raise DescriptionError("formulas are compared entry by entry, which takes a number: --batch 3")
    with Progress("symgrad: reading", shown=is_terminal(sys.stderr)) as progress:

        def told(done: int, total: int) -> None:
            progress.done = done
            progress.told = f"symgrad: judged {{done:,}} of {total:,} claims"

        return judged(document, network, names=names, limit_s=limit, progress=told)


def _report(
    document: Document,
    claims: Sequence[Claim],
    form: str,
    stream: TextIO | None,
    *,
    verbose: bool,
    mended: Mended | None = None,
) -> Iterator[str]:
    """The report for a stream, or for a file if that is None."""
    from symgrad.terminal import colours, shows

    unicode = stream is None or shows(stream)
    if form == "json":
        from symgrad.verify.report_json import render_json

        yield from render_json(document, claims, unicode=unicode)
        return
    from symgrad.verify.report import Style, render_report

    style = Style(unicode=unicode, colour=stream is not None and colours(stream), verbose=verbose)
    yield from render_report(document, claims, style)
    if mended is not None:
        yield from _left(claims, mended)
    elif not verbose and any(claim.corrected for claim in claims if claim.verdict == "wrong"):
        yield "--verbose shows the corrected formulas; --diff or --fix puts them into the document.\n"


def _left(claims: Sequence[Claim], mended: Mended) -> Iterator[str]:
    """What could not be corrected."""
    from symgrad.verify.summary import places

    if not mended.left:
        return
    where = {id(claim): place for claim, place in zip(claims, places(claims), strict=True)}
    shown = [where[id(claim)] for claim in mended.left[:_MOST_LEFT]]
    if len(mended.left) > len(shown):
        shown.append(f"and {len(mended.left) - len(shown):,} more")
    yield f"no correction is known, and the formula stays as it is: {'; '.join(shown)}\n"


_MOST_LEFT = 5


def _document_for(stream: TextIO | None, pieces: Iterable[str]) -> Iterator[str]:
    """A text that a stranger wrote: as it is, but for a terminal, which it could steer."""
    from symgrad.terminal import is_terminal

    if not is_terminal(stream):
        yield from pieces
        return
    for piece in pieces:
        yield "\n".join(printable(line.replace("\t", "    ")) for line in piece.split("\n"))
