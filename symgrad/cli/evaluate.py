"""``symgrad evaluate``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from symgrad.cli.networks import BATCH, INPUT_SIZE, NET, model, standard_input
from symgrad.cli.parameters import files, option, written
from symgrad.errors import ValuesError

if TYPE_CHECKING:
    from symgrad.network.model import Model

_EVALUATE = f"""\
Evaluate a network and all its gradients at the values in a file.

{NET}
The file is JSON, an object from tensor names to nested lists of numbers, or an .npz of NumPy. It gives
every input and parameter, the target y of a loss, and without a loss the gradient by the output, such as
dL_dz. Every tensor of the forward pass and every gradient comes out under its name: z, L, dL_dw.

One more leading axis makes several samples, each with an L of its own. With --batch they are one batch with
one L, its loss over all of them, which is what torch calls a batch; --batch N takes as many as the file has.
"""

_EVALUATE_EXAMPLES = """\
\b
Example:
  echo '{"a": [1, 2], "w": [[3, 4]], "b": [0], "y": [10]}' > values.json
  symgrad evaluate "input(2) | linear(1) | mse" --values values.json
"""


@click.command(help=_EVALUATE, epilog=_EVALUATE_EXAMPLES)
@click.argument("net", metavar="NET", shell_complete=files)
@INPUT_SIZE
@BATCH
@option(
    "--values",
    metavar="FILE",
    required=True,
    shell_complete=files,
    help="The values, in JSON or npz; - is JSON from standard input.",
)
@option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=files,
    help="Write a file that ends in .json or .npz, whole or not at all, instead of JSON on standard output.",
)
def evaluate(net: str, input_size: str | None, batch: str | None, values: str, output: str | None) -> None:
    """``symgrad evaluate``: see its help."""
    from symgrad.terminal import Progress, is_terminal

    if net == values == "-":
        raise ValuesError("the network and the values cannot both come from standard input")
    with Progress("symgrad: evaluating", shown=is_terminal(sys.stderr)):
        results = _results(model(net, input_size, batch), values, output)
        from symgrad.evaluate.files import to_json, write_values

        text = None if output not in (None, "-") else to_json(results)
    if text is None:
        write_values(str(output), results)
    else:
        written([text, "\n"], None)


def _results(network: Model, values: str, output: str | None) -> Any:
    """All tensors and gradients of a network at the values in a file; what cannot be is refused first."""
    from symgrad.derivation.derive import derive as derived
    from symgrad.evaluate.evaluator import evaluator
    from symgrad.evaluate.files import check_ending, read_values

    if output not in (None, "-"):
        check_ending(str(output))
    made = evaluator(network, derived(network).gradients)
    if made.unknown:
        f = made.unknown[0]
        raise ValuesError(
            f"{f} is a function not known further, so it has no values here; take relu, sigmoid or tanh, or "
            f'evaluate in Python: sg.evaluator(net)(values, functions={{"{f}": …, "d{f}": …}})'
        )
    source: str | BinaryIO = standard_input() if values == "-" else values
    given = read_values(source, made.sources)
    return made(given)
