"""The `oncall` command. Commands are imported when they are called, so that `oncall who` pays for nothing else."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Annotated, Any, NoReturn

gc.disable()  # most of a short run would be spent looking for garbage among the modules just imported

import typer  # noqa: E402
from typer.core import TyperGroup  # noqa: E402

from oncall.cli.session import Session, complain  # noqa: E402
from oncall.errors import OncallError  # noqa: E402

COMMANDS = {
    "who": "Who is on call now, how to reach them, until when, and who is next.",
    "shifts": "The final schedule of a rotation, an account or a person.",
    "override": "Put somebody on call in place of the plan.",
    "away": "Note that somebody is not there.",
    "init": "Write a small working workspace to start from.",
    "schema": "JSON Schema of the workspace's YAML files, for editors.",
}


class _Commands(TyperGroup):
    """Commands by name, each in a module of its own."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"oncall.cli.{cmd_name}")
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name, help=module.__doc__)(getattr(module, cmd_name))
        return typer.main.get_command(app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(
    cls=_Commands, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True, add_completion=True
)


@app.callback()
def oncall(
    context: typer.Context,
    workspace: Annotated[
        str | None,
        typer.Option(
            "--workspace",
            "-w",
            help="The folder with oncall.yaml. Default: $ONCALL_WORKSPACE, then upwards, then ./schedules.",
        ),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Who is on call, offline and at once; and whether the chain behind them holds.

    Every answer is worked out from a folder of YAML, iCalendar and Markdown files. `oncall init` makes one to start from.
    """
    if version:
        from oncall import __version__

        print(f"oncall {__version__}")
        raise typer.Exit()
    context.obj = Session(workspace, dict(os.environ), os.getcwd)


def run() -> NoReturn:
    """The console script: run a command and leave with its status. No error shows a traceback, unless $ONCALL_DEBUG is
    set."""
    gc.freeze()
    gc.enable()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    status = _status()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        status = status or 1
    except OSError as error:
        status = 2
        complain(f"cannot write the answer: {error.strerror}")
    os._exit(status)  # taking the interpreter down again is a tenth of a short run, and there is nothing to take down


def _status() -> int:
    try:
        app(prog_name="oncall")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 2
    except OncallError as error:
        complain(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        if os.environ.get("ONCALL_DEBUG"):
            raise
        complain(
            f"internal error: {type(error).__name__}: {error}; set ONCALL_DEBUG=1 to see where, and please report it"
        )
        return 2
    return 0


if __name__ == "__main__":
    run()
