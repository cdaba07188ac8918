"""The network that a command is given: as a word, a file or standard input."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, BinaryIO

from symgrad.cli.parameters import option
from symgrad.errors import DescriptionError, quoted, reason

if TYPE_CHECKING:
    from symgrad.network.model import Model

NET = """\
NET is a network if it begins with the word `input` or with `Sequential(`, standard input if it is `-`,
and anything else is a file that holds the network, in TOML if its name ends in .toml.
"""
"""What NET is, for the help of a command."""

IS_NETWORK = re.compile(r"\ufeff?(?:\s|#[^\n]*\n)*(?:(?i:input)\b|Sequential\s*\()")
"""What makes a word a network rather than a file."""

INPUT_SIZE = option(
    "--input",
    "input_size",
    metavar="SIZE",
    help="The size of the input, such as 1x28x28, where NET does not state it: what PyTorch prints for a "
    "Sequential.",
)
"""The option of every command that has a NET."""

BATCH = option(
    "--batch",
    "batch",
    metavar="N",
    help="Take a batch of samples: a number of them, such as 8, or a letter such as N for any number. What "
    "depends on a sample has a first axis for them; a gradient by a parameter sums over them.",
)
"""The option of every command for which a batch makes a difference."""


def model(
    net: str, input_size: str | None = None, batch: str | None = None, sizes: str | None = None
) -> Model:
    """The network that NET means; ``input_size`` is what --input says, ``batch`` what --batch says.

    With ``sizes`` "symbolic" letters stand for its sizes.
    """
    from os.path import exists

    symbolic = sizes == "symbolic"
    if IS_NETWORK.match(net) or not net.strip():
        try:
            return _model(net, input_size, batch, symbolic=symbolic)
        except DescriptionError as error:
            if exists(net):  # noqa: PTH110  # pathlib costs 5 ms of start-up
                error.message += f"; to read the file of this name, write {quoted(f'./{net}')}"
            raise
    if net == "-":
        return _built(
            _decoded(standard_input(), "standard input"),
            "standard input",
            input_size,
            batch,
            symbolic=symbolic,
        )
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
    toml = net.lower().endswith(".toml")
    return _built(text, told, input_size, batch, toml=toml, symbolic=symbolic)


def _built(
    text: str,
    told: str,
    input_size: str | None,
    batch: str | None,
    *,
    toml: bool = False,
    symbolic: bool = False,
) -> Model:
    try:
        return _model(text, input_size, batch, toml=toml, symbolic=symbolic)
    except DescriptionError as error:
        error.message = f"in {told}: {error.message}"
        raise


def _model(
    text: str, input_size: str | None, batch: str | None, *, toml: bool = False, symbolic: bool = False
) -> Model:
    from symgrad.network.build import build, build_general, build_toml

    if symbolic:
        return build_general(text, input_size, batch, toml=toml)[0]
    return (build_toml if toml else build)(text, input_size, batch)


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


def standard_input() -> BinaryIO:
    """Standard input, for bytes.

    Raises:
        DescriptionError: it is closed.
    """
    if sys.stdin is None:
        raise DescriptionError("standard input is closed")
    return sys.stdin.buffer
