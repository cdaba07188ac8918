"""Options and arguments as every command has them, and where the output goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def option(*names: str, default: object = None, **settings: Any) -> Callable[[Any], Any]:
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


def files(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Shell completion by the names of files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="file")]


def written(pieces: Iterable[str], output: str | None) -> None:
    """Write to a file, or to standard output if that is None or ``-``."""
    from symgrad.terminal import joined, write_out

    if output is None or output == "-":
        write_out(pieces)
    else:
        from symgrad.files import write_whole

        write_whole(output, joined(pieces))
