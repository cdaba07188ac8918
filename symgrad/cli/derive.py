"""``symgrad derive``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from symgrad.cli.networks import BATCH, INPUT_SIZE, IS_NETWORK, NET, model
from symgrad.cli.parameters import files, option, written
from symgrad.errors import SymgradError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from symgrad.derivation.document import Document, View


def _words(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """What --wrt may name: the three words, and the tensors of the network where it stands there already."""
    from click.shell_completion import CompletionItem

    words = ["weights", "inputs", "all"]
    net = context.params.get("net") or "".join(context.args[:1])
    if IS_NETWORK.match(net):
        with suppress(SymgradError):
            words += (tensor.name for tensor in model(net, context.params.get("input_size")).tensors)
    return [CompletionItem(word) for word in words if word.startswith(begun)]


def _optimisers(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """What --update may name."""
    from click.shell_completion import CompletionItem

    from symgrad.catalogue import OPTIMISERS

    return [CompletionItem(name) for name in OPTIMISERS if name.startswith(begun)]


_DERIVE = f"""\
Print the formulas of a network and the gradients of its loss L.

First the conventions, then the forward formulas, then the gradients, in order of evaluation. The
gradients of intermediates that the others are stated in are printed with them.

{NET}
`symgrad --help` shows what networks look like.
"""

_DERIVE_EXAMPLES = """\
\b
Examples:
  symgrad derive "input(5x5) | conv2d(1, 3, stride=2)" --wrt weights --wrt a13
  symgrad derive "input(3) | linear(4) | tanh" --batch N --view index
  symgrad derive "input(5x5) | conv2d(1, 3, stride=2)" --view index --steps
  symgrad derive net.txt --view chain --to latex -o derivation.tex
  echo "input(4) | linear(3) | tanh" | symgrad derive - --to json
"""


@click.command(help=_DERIVE, epilog=_DERIVE_EXAMPLES)
@click.argument("net", metavar="NET", shell_complete=files)
@INPUT_SIZE
@BATCH
@option(
    "--sizes",
    default="numbers",
    type=click.Choice(["numbers", "symbolic"]),
    help="symbolic: letters stand for the sizes of the input, of channels, features and kernels, so that the "
    "formulas of --view index hold for all of them.",
)
@click.option(
    "--wrt",
    "words",
    metavar="WORD",
    multiple=True,
    default=["all"],
    show_default=True,
    shell_complete=_words,
    help="Differentiate by: weights (biases too), inputs, all, a tensor such as w, an entry such as w5. "
    "May be given several times.",
)
@option(
    "--order",
    metavar="N",
    default=1,
    type=click.IntRange(1, 2),
    help="2: the second derivatives of the loss by every two entries that --wrt names, in the views scalar, "
    "index and substituted. Of two that are equal by symmetry one is printed, and none that is 0.",
)
@option(
    "--update",
    metavar="NAME",
    shell_complete=_optimisers,
    help="Add a step of an optimiser, as torch.optim takes it, for every parameter: sgd, momentum, nesterov, "
    "adagrad, rmsprop, adam or adamw.",
)
@click.option(
    "--steps",
    is_flag=True,
    help="Explain each gradient: its paths, the rules of differentiation, what each index was solved for and "
    "which "
    "facts were used, line by line in closed form. Every line is checked with exact numbers.",
)
@option(
    "--view",
    default="scalar",
    type=click.Choice(["scalar", "chain", "index", "matrix", "substituted"]),
    help="scalar: a formula for each entry. chain: its paths first, then the factors put in. index: closed "
    "forms with sums, which stay short however large the network is. matrix: products of matrices and "
    "convolutions, wherever an equation is one. substituted: a formula for each entry with "
    "every intermediate put in, down to inputs, parameters and targets.",
)
@option(
    "--depth",
    metavar="K",
    type=click.IntRange(min=0),
    help="With --view substituted: put in so many levels of intermediates and name the rest. Default: all.",
)
@option(
    "--to",
    "form",
    default="text",
    type=click.Choice(["text", "latex", "json"]),
    help="The format. LaTeX is ready for \\input and needs amsmath; JSON is described in docs/json.md.",
)
@option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=files,
    help="Write a file, whole or not at all, instead of standard output.",
)
@option(
    "--max-terms",
    metavar="N",
    default=1_000_000,
    type=click.IntRange(min=1),
    help="Refuse to print more terms than this; with --view substituted, more operations.",
)
@option(
    "--width",
    metavar="CM",
    default=12.0,
    type=click.FloatRange(4, 100),
    help="LaTeX: the width of the column in centimetres, at 11 pt.",
)
@click.option(
    "--unicode/--ascii",
    default=None,
    help="Text and JSON: the signs to use. Unicode is the default wherever it can be shown.",
)
def derive(
    net: str,
    input_size: str | None,
    batch: str | None,
    sizes: str,
    words: Sequence[str],
    order: int,
    update: str | None,
    steps: bool,
    view: View,
    depth: int | None,
    form: str,
    output: str | None,
    max_terms: int,
    width: float,
    unicode: bool | None,
) -> None:
    """``symgrad derive``: see its help."""
    from symgrad.derivation.derive import derive as derived
    from symgrad.derivation.derive import document
    from symgrad.derivation.hessian import hessian
    from symgrad.derivation.hessian_document import hessian_document
    from symgrad.derivation.size import within_budget
    from symgrad.terminal import shows

    if depth is not None and view != "substituted":
        raise click.UsageError("--depth says how much --view substituted puts in; add that view")
    if order == 2 and update is not None:
        raise click.UsageError("--update takes a step along first derivatives; leave out --order 2")
    if steps and (order == 2 or view in ("matrix", "substituted")):
        raise click.UsageError("--steps explains first derivatives, in the scalar, chain and index views")
    first = derived(model(net, input_size, batch, sizes), words)
    if order == 2:
        stated = hessian_document(hessian(first), view, depth, max_terms)
    else:
        stated = document(first, view, update, depth, max_terms, steps=steps)
    within_budget(stated, max_terms, symbols=form == "json")
    to_file = output not in (None, "-")
    if unicode is None:
        unicode = to_file or shows(sys.stdout)
    elif unicode and not to_file and not shows(sys.stdout):
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a text stream of Python's own
    pieces = _rendered(stated, form, width, unicode=unicode)
    written(_counted(pieces, stated, form, to_file=to_file), output)


def _rendered(document: Document, form: str, width: float, *, unicode: bool) -> Iterator[str]:
    """The document in a format, piece by piece."""
    if form == "latex":
        from symgrad.render.latex import render_latex

        return render_latex(document, width_cm=width)
    if form == "json":
        from symgrad.render.json import render_json

        pieces = render_json(document, width_cm=width)
        return pieces if unicode else map(_escaped, pieces)
    from symgrad.render.text import render_text

    return render_text(document, unicode=unicode)


def _escaped(text: str) -> str:
    r"""JSON in ASCII: what it writes in Unicode stands in strings, where ``\u2202`` means the same."""
    return re.sub(r"[^\x00-\x7f]", lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _counted(pieces: Iterator[str], document: Document, form: str, *, to_file: bool) -> Iterator[str]:
    """The same pieces, with progress on a terminal that does not show the pieces themselves."""
    from symgrad.terminal import Progress, is_terminal

    if not is_terminal(sys.stderr) or (not to_file and is_terminal(sys.stdout)):
        yield from pieces
        return
    from symgrad.derivation.size import listed_symbols, printed_formulas

    total = printed_formulas(document) + (listed_symbols(document) if form == "json" else 0)
    with Progress(f"symgrad: printed {{done:,}} of {total:,} lines", shown=True) as progress:
        for piece in pieces:
            # Of the lines of a LaTeX display two are its frame on either side, and & begins what goes on.
            lines = piece.count("\n") - piece.count("\n&") - 4 if form == "latex" else 1
            progress.done = min(total, progress.done + max(0, lines))
            yield piece
