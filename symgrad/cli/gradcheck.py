"""``symgrad gradcheck``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from symgrad.cli.networks import BATCH, INPUT_SIZE, NET, model
from symgrad.cli.parameters import files, option, written
from symgrad.errors import ValuesError

if TYPE_CHECKING:
    from symgrad.evaluate.check import GradientCheck, Verdict

_GRADCHECK = f"""\
Compare the gradients of a network with difference quotients of its forward pass.

{NET}
The point is drawn at random, between 0.1 and 0.9, or given by a file as for evaluate; what the file leaves
out is drawn. Without a loss L is the output times a random upstream, summed. At a
kink, where quotients have no meaning, and where the network has no value, nothing is compared.

\b
Exit status:
  0  every gradient agrees
  1  one differs
  3  some could not be compared, and none differs
"""

_GRADCHECK_EXAMPLES = """\
\b
Examples:
  symgrad gradcheck "input(3) | linear(2) | tanh | mse"
  symgrad gradcheck net.txt --seed 7
"""


@click.command(help=_GRADCHECK, epilog=_GRADCHECK_EXAMPLES)
@click.argument("net", metavar="NET", shell_complete=files)
@INPUT_SIZE
@BATCH
@option(
    "--values",
    metavar="FILE",
    shell_complete=files,
    help="Values for some or all of the tensors, in JSON or npz.",
)
@option(
    "--seed", type=click.IntRange(min=0), default=0, help="Which point is drawn where no values are given."
)
@click.pass_context
def gradcheck(
    context: click.Context,
    net: str,
    input_size: str | None,
    batch: str | None,
    values: str | None,
    seed: int,
) -> None:
    """``symgrad gradcheck``: see its help."""
    from symgrad.terminal import Progress, is_terminal

    network = model(net, input_size, batch)
    with Progress("symgrad: comparing gradients", shown=is_terminal(sys.stderr)):
        from symgrad.derivation.derive import derive
        from symgrad.evaluate.check import gradient_check
        from symgrad.evaluate.evaluator import evaluator
        from symgrad.evaluate.files import read_values

        derived = derive(network)
        given = None
        made = evaluator(network, derived.gradients)
        if made.unknown:
            raise ValuesError(
                f"{made.unknown[0]} is a function not known further, so it has no values here; take relu, "
                f"sigmoid or tanh, or check in Python: sg.gradient_check(net, functions={{…}})"
            )
        if values is not None:
            given = read_values(values, made.sources)
        found = gradient_check(network, made, derived.wanted, given, seed=seed)
    written(_table(found, "the given point" if values else f"a random point (seed {seed})"), None)
    verdicts = {one.verdict for one in found.compared}
    if verdicts != {"agrees"}:
        context.exit(1 if "differs" in verdicts else 3)


_WORDS: dict[Verdict, str] = {"agrees": "agrees", "differs": "DIFFERS", "not compared": "not compared"}
_KINK = "at a kink: the difference quotient has no meaning there"
_NO_VALUE = "the network or its gradient has no value there"


def _table(found: GradientCheck, where: str) -> list[str]:
    rows = [("gradient", "entries", "largest entry", "largest difference", "")]
    for one in found.compared:
        entries = str(one.entries) if one.entries == one.of else f"{one.entries} of {one.of:,}"
        difference = f"{one.difference:.1e}" if one.entries else "—"
        rows.append((f"dL_d{one.tensor}", entries, f"{one.largest:.3g}", difference, _WORDS[one.verdict]))
    widths = [max(len(row[n]) for row in rows) for n in range(5)]
    lines = [f"Formulas beside difference quotients of the forward pass, at {where}\n", "\n"]
    for row in rows:
        cells = (row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in (1, 2, 3)), row[4])
        lines.append("  ".join(cells).rstrip() + "\n")
    lines.append("\n")
    for one in found.compared:
        for number, why in ((one.kinks, _KINK), (one.undefined, _NO_VALUE)):
            if number:
                entries = "1 entry" if number == 1 else f"{number} entries"
                lines.append(f"dL_d{one.tensor}: {entries} not compared: {why}\n")
    wrong = [f"dL_d{one.tensor}" for one in found.compared if one.verdict == "differs"]
    if wrong:
        lines.append(f"No agreement: {', '.join(wrong)}\n")
    elif found.agrees:
        lines.append("All gradients agree.\n")
    else:
        lines.append(
            "What could be compared agrees.\n"
            if any(o.entries for o in found.compared)
            else "Nothing could be compared.\n"
        )
    return lines
