"""The group of commands: its failures are one message and an exit status."""

from __future__ import annotations

import sys
from typing import Any

import click

from symgrad.errors import SymgradError, printable, reason

BAD_INPUT, INTERRUPTED, PIPE_CLOSED = 2, 130, 141
"""The exit statuses that any command may end with."""

_LONGEST_MESSAGE = 2_000


class Commands(click.Group):
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
            status = tell(f"cannot write to standard output: {reason(error)}")
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
            return tell(str(error))
        except MemoryError:
            return tell(f"there is not enough memory for this; {_WITH_LESS.get(_command(ctx), _SMALLER)}")
        except RecursionError:
            return tell(f"this {'document' if _command(ctx) == 'verify' else 'network'} is nested too deep")
        except KeyboardInterrupt:
            from symgrad.terminal import is_terminal

            if is_terminal(sys.stderr):
                click.echo(err=True)  # the terminal's ^C stays on its line
            return INTERRUPTED
        except BrokenPipeError:
            return PIPE_CLOSED


_SMALLER = "take a smaller network"
_WITH_LESS = {
    "derive": "--view index needs little, and --wrt less",
    "verify": "verify the document in parts",
}


def _command(context: click.Context) -> str:
    return context.invoked_subcommand or ""


def tell(message: str, hint: str = "") -> int:
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
    return tell(error.format_message().replace("\n", " ").replace("\t", ""), hint)
