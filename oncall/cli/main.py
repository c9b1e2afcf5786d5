"""The `oncall` command. Commands are imported when they are called, so that `oncall who` pays for nothing else."""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any, NoReturn

gc.disable()  # most of a short run would be spent looking for garbage among the modules just imported

import typer  # noqa: E402
from typer.core import TyperGroup, TyperOption  # noqa: E402

from oncall import __version__  # noqa: E402
from oncall.cli.session import Session, complain  # noqa: E402
from oncall.cli.streams import safe_streams  # noqa: E402
from oncall.errors import OncallError  # noqa: E402

COMMANDS = {
    "who": "Who is on call now, how to reach them, until when, and who is next.",
    "shifts": "The final schedule of a rotation, an account or a person.",
    "explain": "What happens when somebody calls, in sentences, with times; and who owns the runbook.",
    "simulate": "A dry run: who would be tried, in what order, how fast and why.",
    "test": "Run the scenarios: what is expected, beside what comes of it.",
    "lint": "Check the workspace: what is wrong in it, where, and how to mend it.",
    "import": "Make an event log of another system's log.",
    "replay": "Recorded dispatches: what should have happened, what did, and where the two part.",
    "postmortem": "One recorded dispatch as a page: what came, what was due, why, and what to change.",
    "stats": "A log in numbers: how often and how soon people are reached, and who is woken.",
    "override": "Put somebody on call in place of the plan.",
    "away": "Note that somebody is not there.",
    "init": "Write a small working workspace to start from.",
    "schema": "JSON Schema of the workspace's YAML files, for editors.",
}
_MODULES = {"import": "import_log"}  # a module cannot be called `import`


_WORKSPACE_HELP = "The folder with oncall.yaml. Default: $ONCALL_WORKSPACE, then upwards, then ./schedules."
INTERRUPTED = 130  # what a shell says of a program that Ctrl-C has stopped
_CLOSED_PIPE = 141  # what a shell says of a program whose reader has left: neither good news nor bad


class _Commands(TyperGroup):
    """Commands by name, each in a module of its own."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise typer.Exit(_CLOSED_PIPE) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            option, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
            if option is not None and context is not None and hasattr(error, "possibilities"):
                from oncall.cli.hints import options  # here: only an option that does not exist needs it

                known = [name for parameter in context.command.params for name in parameter.opts]
                error.possibilities = options(option, known)  # typer's own have `--help` for `--when`
            raise

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        name = _MODULES.get(cmd_name, cmd_name)
        module = import_module(f"oncall.cli.{name}")
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name, help=module.__doc__)(getattr(module, name))
        command = typer.main.get_command(app)
        command.params += _anywhere()
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        words = list(args)
        try:
            return super().parse_args(ctx, args)
        except Exception as error:  # NoSuchOption, which typer does not export, has the name of the option
            option = getattr(error, "option_name", None)
            index = next((index for index, word in enumerate(words) if index and word in COMMANDS), None)
            if option is None or index is None:
                raise
            from oncall.cli.hints import line  # here: only an error needs it

            raise OncallError(
                f"{option} goes after the command: {line(words[index], [*words[index + 1 :], *words[:index]])}"
            ) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word, *rest = args
        if word.lower() == "help":
            return self.resolve_command(ctx, [*rest[:1], "--help"]) if rest else _show_help(ctx)
        if word not in COMMANDS and not ctx.resilient_parsing:
            from oncall.cli.hints import hint  # here: only a command that does not exist needs it

            raise OncallError(hint(word, rest, list(COMMANDS), ctx.params.get("workspace")))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _show_help(context: Any) -> NoReturn:
    print(context.get_help())
    raise typer.Exit()


def _anywhere() -> list[Any]:
    """The options that work before a command and after it."""
    workspace = TyperOption(
        param_decls=["--workspace", "-w"],
        type=str,
        metavar="FOLDER",
        help=_WORKSPACE_HELP,
        expose_value=False,
        callback=_set_workspace,
        is_eager=True,  # completion of the names that follow needs it
    )
    version = TyperOption(
        param_decls=["--version"],
        is_flag=True,
        default=False,
        is_eager=True,
        expose_value=False,
        callback=lambda _context, _parameter, asked: _tell_version(asked),
        hidden=True,
    )
    return [workspace, version]


def _set_workspace(context: Any, _parameter: Any, workspace: str | None) -> None:
    if workspace is not None:
        context.obj = Session(workspace, dict(os.environ), os.getcwd)


app = typer.Typer(
    cls=_Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _tell_version(asked: bool) -> None:
    if asked:
        print(f"oncall {__version__}")
        raise typer.Exit()


@app.callback()
def oncall(
    context: typer.Context,
    workspace: Annotated[
        str | None,
        typer.Option(
            "--workspace",
            "-w",
            metavar="FOLDER",
            help=_WORKSPACE_HELP,
        ),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Read and show times in this zone, where a command shows any.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """Who is on call, offline and at once; and whether the chain behind them holds.

    Every answer is worked out from a folder of YAML, iCalendar and Markdown files. `oncall init` makes one to start
    from. --workspace, --timezone and --help work before a command and after it.
    """
    context.obj = Session(workspace, dict(os.environ), os.getcwd)
    if timezone is not None:
        command = str(context.invoked_subcommand)
        if not _takes(context, command, "timezone"):
            raise OncallError(f"`oncall {command}` has no --timezone")
        context.default_map = {command: {"timezone": timezone}}


def _takes(context: Any, command: str, parameter: str) -> bool:
    return any(one.name == parameter for one in context.command.get_command(context, command).params)


def run() -> NoReturn:
    """The console script: run a command and leave with its status."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)  # a short run ends before the first collection
    gc.enable()
    _open_streams()
    status = main()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = _CLOSED_PIPE
    except OSError as error:
        status = 2
        with suppress(OSError):
            complain(f"the answer could not be written: {error.strerror}")
    with suppress(OSError, ValueError):  # where complaints can't be written there is nobody to tell
        sys.stderr.flush()
    os._exit(status)  # taking the interpreter down again is a tenth of a short run, and there is nothing to take down


def _open_streams() -> None:
    """Make the streams take whatever is written: a closed one swallows it, and what is read by a program is UTF-8
    whatever the locale."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        else:
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and give its status. No error shows a traceback, unless $ONCALL_DEBUG is set."""
    with safe_streams():
        return _status(arguments)


def _status(arguments: list[str] | None) -> int:
    try:
        app(arguments, prog_name="oncall")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 2
    except OncallError as error:
        complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if os.environ.get("ONCALL_DEBUG"):
            raise
        complain(f"could not go on: {error.strerror or error}")
    except Exception as error:
        if os.environ.get("ONCALL_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        complain(f"internal error: {what}; set ONCALL_DEBUG=1 to see where, and please report it")
    return 2


if __name__ == "__main__":
    run()
