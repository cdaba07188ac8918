"""The command line: read, one library call, print.

Floor 7. Everything but click is imported inside the commands, so that ``symgrad --help`` starts at once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from symgrad._version import __version__
from symgrad.errors import DescriptionError, SymgradError, ValuesError, printable, quoted, reason

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from symgrad.derivation.document import Document, View
    from symgrad.network.model import Model

BAD_INPUT, INTERRUPTED, PIPE_CLOSED = 2, 130, 141
"""The exit statuses other than 0."""

_LONGEST_MESSAGE = 2_000

_NETWORKS = """\
A network is one line: its input, then its layers in order, in PyTorch's words; sizes that follow from the
input are left out.

\b
    input(5x5) | conv2d(1, 3, stride=2, bias=false)
    input(1x28x28) | conv2d(4, 5) | relu | flatten | linear(10) | mse

\b
Layers:
  conv2d(out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
         bias=true)
  linear(out_features, bias=true)
  flatten
  relu   sigmoid   tanh   activation(f)    f is a function not known further
  mse(reduction=mean, half=false)          ends a network; or reduction=sum

Without a loss at its end, L is an unknown function of the network's output, and the gradient by that
output stays a symbol.
"""

_EXAMPLES = """\
\b
Examples:
  symgrad derive "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
  symgrad derive "input(3x32x32) | conv2d(8, 3) | relu" --view index
  symgrad derive "input(5x5) | conv2d(1, 3)" --wrt w5 --to latex -o w5.tex
  symgrad evaluate "input(3) | linear(2) | tanh | mse" --values values.json

\b
Tab completion in bash (zsh_source and fish_source for the others):
  eval "$(_SYMGRAD_COMPLETE=bash_source symgrad)"

`symgrad derive --help` and `symgrad evaluate --help` say more; docs/quickstart.md is a tour.
"""

_NET = """\
NET is a network if it begins with the word `input`, standard input if it is `-`, and anything else is a
file that holds the network.
"""


class _Commands(click.Group):
    """A group whose every failure is one message and an exit status, never a traceback."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run the command line; end the process with its status, or return it if not ``standalone_mode``."""
        from symgrad.terminal import hush

        try:
            run: Any = super().main
            status = run(*args, standalone_mode=False, **extra) or 0
        except click.ClickException as error:
            status = _told_usage(error)
        except click.Abort:
            status = INTERRUPTED
        except BrokenPipeError:
            status = PIPE_CLOSED
        except OSError as error:  # where click itself prints
            hush(sys.stdout)
            status = _tell(f"cannot write to standard output: {reason(error)}")
        except SystemExit as end:  # click ends the process itself where it meets a closed pipe
            status = PIPE_CLOSED if isinstance(end.__context__, BrokenPipeError) else end.code
        if standalone_mode:
            sys.exit(status)
        return status

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except SymgradError as error:
            return _tell(str(error))
        except MemoryError:
            return _tell("there is not enough memory for this; --view index needs little, and --wrt less")
        except RecursionError:
            return _tell("this network is nested too deep")
        except KeyboardInterrupt:
            from symgrad.terminal import is_terminal

            if is_terminal(sys.stderr):
                click.echo(err=True)  # the terminal's ^C stays on its line
            return INTERRUPTED
        except BrokenPipeError:
            return PIPE_CLOSED


def _tell(message: str, hint: str = "") -> int:
    """Say what went wrong on standard error, in one piece and in nothing but printable characters."""
    from symgrad.terminal import colours, shows

    lines = [printable(line) for line in message[:_LONGEST_MESSAGE].split("\n")]
    if not shows(sys.stderr, "".join(lines)):
        from symgrad.render.plain import to_ascii

        lines = [
            to_ascii(lines[0]),
            *(line.replace("…", "~") for line in lines[1:]),
        ]  # under a line stands a caret
    head = click.style("Error:", fg="red", bold=True) if colours(sys.stderr) else "Error:"
    click.echo("\n".join([f"{head} {lines[0]}", *lines[1:], *([hint] if hint else [])]), err=True, color=True)
    return BAD_INPUT


def _told_usage(error: click.ClickException) -> int:
    """A command line that click cannot read; its messages may hold what was typed, as it was typed."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return BAD_INPUT
    context = getattr(error, "ctx", None)
    hint = f"`{printable(context.command_path)} --help` says more." if context else ""
    return _tell(error.format_message().replace("\n", " ").replace("\t", ""), hint)


def _option(*names: str, default: object = None, **settings: Any) -> Callable[[Any], Any]:
    """An option that is given at most once; click would take the last and say nothing."""

    def one(context: click.Context, parameter: click.Parameter, values: Sequence[Any]) -> Any:
        if len(values) > 1:
            raise click.UsageError(
                f"{parameter.opts[-1]} is given {len(values)} times; once is enough", context
            )
        value = values[0] if values else None
        if isinstance(value, float) and value != value:  # NaN is in every range
            raise click.BadParameter("nan is not a width", context, parameter)
        return value

    defaults = () if default is None else (default,)
    return click.option(
        *names, multiple=True, default=defaults, show_default=bool(defaults), callback=one, **settings
    )


def _files(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="file")]


def _words(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """What --wrt may name: the three words, and the tensors of the network where it stands there already."""
    from click.shell_completion import CompletionItem

    words = ["weights", "inputs", "all"]
    net = context.params.get("net") or "".join(context.args[:1])
    if _IS_NETWORK.match(net):
        with suppress(SymgradError):
            words += (tensor.name for tensor in _model(net).tensors)
    return [CompletionItem(word) for word in words if word.startswith(begun)]


_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 88}


@click.group(
    "symgrad",
    cls=_Commands,
    context_settings=_SETTINGS,
    help=f"Exact gradient formulas of neural networks: derived, typeset, evaluated.\n\n{_NETWORKS}",
    epilog=_EXAMPLES,
)
@click.version_option(__version__, prog_name="symgrad")
def main() -> None:
    """The group of commands."""


_DERIVE = f"""\
Print the formulas of a network and the gradients of its loss L.

First the conventions, then the forward formulas, then the gradients, in order of evaluation. The
gradients of intermediates that the others are stated in are printed with them.

{_NET}
`symgrad --help` shows what networks look like.
"""

_DERIVE_EXAMPLES = """\
\b
Examples:
  symgrad derive "input(5x5) | conv2d(1, 3, stride=2)" --wrt weights --wrt a13
  symgrad derive net.txt --view chain --to latex -o derivation.tex
  echo "input(4) | linear(3) | tanh" | symgrad derive - --to json
"""


@main.command(help=_DERIVE, epilog=_DERIVE_EXAMPLES)
@click.argument("net", metavar="NET", shell_complete=_files)
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
@_option(
    "--view",
    default="scalar",
    type=click.Choice(["scalar", "chain", "index"]),
    help="scalar: a formula for each entry. chain: its paths first, then the factors put in. index: closed "
    "forms with sums, which stay short however large the network is.",
)
@_option(
    "--to",
    "form",
    default="text",
    type=click.Choice(["text", "latex", "json"]),
    help="The format. LaTeX is ready for \\input and needs amsmath; JSON is described in docs/json.md.",
)
@_option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=_files,
    help="Write a file, whole or not at all, instead of standard output.",
)
@_option(
    "--max-terms",
    metavar="N",
    default=1_000_000,
    type=click.IntRange(min=1),
    help="Refuse to print more terms than this.",
)
@_option(
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
    words: Sequence[str],
    view: View,
    form: str,
    output: str | None,
    max_terms: int,
    width: float,
    unicode: bool | None,
) -> None:
    """``symgrad derive``: see its help."""
    from symgrad.derivation.derive import derive as derived
    from symgrad.derivation.derive import document
    from symgrad.derivation.size import within_budget
    from symgrad.terminal import shows

    stated = document(derived(_model(net), words), view)
    within_budget(stated, max_terms, symbols=form == "json")
    to_file = output not in (None, "-")
    if unicode is None:
        unicode = to_file or shows(sys.stdout)
    elif unicode and not to_file and not shows(sys.stdout):
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a text stream of Python's own
    pieces = _rendered(stated, form, width, unicode=unicode)
    _written(_counted(pieces, stated, form, to_file=to_file), output)


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


def _written(pieces: Iterable[str], output: str | None) -> None:
    from symgrad.terminal import joined, write_out

    if output is None or output == "-":
        write_out(pieces)
    else:
        from symgrad.files import write_whole

        write_whole(output, joined(pieces))


_EVALUATE = f"""\
Evaluate a network and all its gradients at the values in a file.

{_NET}
The file is JSON, an object from tensor names to nested lists of numbers, or an .npz of NumPy. It gives
every input and parameter, the target y of a loss, and without a loss the gradient by the output, such as
dL_dz. One more leading axis makes a batch. Every tensor of the forward pass and every gradient comes out
under its name: z, L, dL_dw.
"""

_EVALUATE_EXAMPLES = """\
\b
Example:
  echo '{"a": [1, 2], "w": [[3, 4]], "b": [0], "y": [10]}' > values.json
  symgrad evaluate "input(2) | linear(1) | mse" --values values.json
"""


@main.command(help=_EVALUATE, epilog=_EVALUATE_EXAMPLES)
@click.argument("net", metavar="NET", shell_complete=_files)
@_option(
    "--values",
    metavar="FILE",
    required=True,
    shell_complete=_files,
    help="The values, in JSON or npz; - is JSON from standard input.",
)
@_option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=_files,
    help="Write a file that ends in .json or .npz, whole or not at all, instead of JSON on standard output.",
)
def evaluate(net: str, values: str, output: str | None) -> None:
    """``symgrad evaluate``: see its help."""
    from symgrad.terminal import Progress, is_terminal

    if net == values == "-":
        raise ValuesError("the network and the values cannot both come from standard input")
    with Progress("symgrad: evaluating", shown=is_terminal(sys.stderr)):
        results = _results(_model(net), values, output)
        from symgrad.evaluate.files import to_json, write_values

        text = None if output not in (None, "-") else to_json(results)
    if text is None:
        write_values(str(output), results)
    else:
        _written([text, "\n"], None)


def _results(model: Model, values: str, output: str | None) -> Any:
    """All tensors and gradients of a network at the values in a file; what cannot be is refused first."""
    from symgrad.derivation.derive import derive as derived
    from symgrad.evaluate.evaluator import evaluator
    from symgrad.evaluate.files import check_ending, read_values

    if output not in (None, "-"):
        check_ending(str(output))
    made = evaluator(model, derived(model).gradients)
    if made.unknown:
        f = made.unknown[0]
        raise ValuesError(
            f"{f} is a function not known further, so it has no values here; take relu, sigmoid or tanh, or "
            f'evaluate in Python: sg.evaluator(net)(values, functions={{"{f}": …, "d{f}": …}})'
        )
    source: str | BinaryIO = _standard_input() if values == "-" else values
    given = read_values(source, made.sources)
    return made(given)


_IS_NETWORK = re.compile(r"\ufeff?(?:\s|#[^\n]*\n)*input\b", re.IGNORECASE)


def _model(net: str) -> Model:
    """The network that NET means."""
    from os.path import exists

    from symgrad.network.build import build

    if _IS_NETWORK.match(net) or not net.strip():
        try:
            return build(net)
        except DescriptionError as error:
            if exists(net):  # noqa: PTH110  # pathlib costs 5 ms of start-up
                error.message += f"; to read the file of this name, write {quoted(f'./{net}')}"
            raise
    if net == "-":
        return _built(_decoded(_standard_input(), "standard input"), "standard input")
    told = quoted(net)
    try:
        with open(net, "rb") as stream:  # noqa: PTH123  # pathlib costs 5 ms of start-up
            text = _decoded(stream, told)
    except (OSError, ValueError) as error:
        hint = "; a network begins with its input, as in input(5x5) | conv2d(1, 3)"
        if isinstance(error, FileNotFoundError) or not isinstance(error, OSError):
            raise DescriptionError(f"there is no file {told}{hint}") from None
        looks = any(sign in net for sign in "|(\n")
        raise DescriptionError(f"cannot read {told}: {reason(error)}{hint if looks else ''}") from None
    return _built(text, told)


def _built(text: str, told: str) -> Model:
    from symgrad.network.build import build

    try:
        return build(text)
    except DescriptionError as error:
        error.message = f"in {told}: {error.message}"
        raise


def _decoded(stream: BinaryIO, told: str) -> str:
    """The text of a network, and no more of it than shows that it is too long."""
    from codecs import getincrementaldecoder

    from symgrad.network.description import LONGEST_TEXT

    data = stream.read(4 * (LONGEST_TEXT + 1))  # a character is at most four bytes
    try:
        text = getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError as error:
        raise DescriptionError(
            f"{told} is not text in UTF-8: its byte {error.start + 1} is 0x{data[error.start]:02x}"
        ) from None
    if len(text) > LONGEST_TEXT:
        raise DescriptionError(f"{told} is longer than {LONGEST_TEXT:,} characters, the most of a network")
    return text


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise DescriptionError("standard input is closed")
    return sys.stdin.buffer
