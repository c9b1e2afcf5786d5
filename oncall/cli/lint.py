"""Check the workspace: what is wrong in it, where, and how to mend it.

A PATH is a workspace, or a file or folder inside one: the whole of it is checked, and what is found there is shown.

\b
  oncall lint                                   the workspace
  oncall lint schedules/accounts.yaml           what is found in one file
  oncall lint --select OC1,OC3 --ignore OC106   some rules
  oncall lint --explain OC102                   what a rule is about
  oncall lint --since main --format github      what a change brings, for CI
  oncall lint --baseline known.json --write-baseline
                                                from now on only what is new
  oncall lint --log calls.jsonl                 also what a record of calls says: OC501, OC502

A comment `# oncall: ignore[OC101] reason` leaves a finding out, at the end of its line or above it; `lint.ignore` and
`lint.per_path` in oncall.yaml leave out more.

The status is 1 when there is a finding at or above --fail-on, and 2 when the question makes no sense.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from msgspec import Struct, field
from msgspec.structs import replace

from oncall import times
from oncall.cli.session import Session, complain, instant_of, json_text, now, on_terminal
from oncall.errors import NotFoundError, OncallError, file_error
from oncall.workspace.files import find_workspace

if TYPE_CHECKING:
    from oncall.lint.baseline import Known
    from oncall.lint.logged import Logged
    from oncall.lint.run import Report, Selection
    from oncall.output.who_text import Line
    from oncall.workspace.load import Workspace

Format = Literal["text", "json", "sarif", "github", "gitlab", "junit"]
FailOn = Literal["error", "warning", "info"]

_LONGEST = 3660 * times.DAY


def lint(
    context: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...")] = None,
    format: Annotated[Format, typer.Option(help="How findings are written.")] = "text",
    select: Annotated[
        list[str] | None, typer.Option(metavar="CODES", help="Only these rules: codes, or how codes begin.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="CODES", help="Not these rules.")] = None,
    fail_on: Annotated[FailOn, typer.Option(help="How bad a finding has to be for status 1.")] = "error",
    explain: Annotated[
        str | None, typer.Option(metavar="CODE", help="Say what a rule is about, and stop; `all` lists them.")
    ] = None,
    at: Annotated[str, typer.Option(metavar="WHEN", help="The day reviews are judged on, and schedules from.")] = "now",
    horizon: Annotated[
        str | None, typer.Option(metavar="DURATION", help="How far ahead. Default: lint.horizon, or 90d.")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Leave out the findings this file knows.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="First write what is found to the baseline.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(metavar="REV", help="Leave out what a git revision of the workspace had.")
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(metavar="LOG", help="Also judge by an event log, - being standard input: OC501 and OC502."),
    ] = None,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write there, not on standard output.")] = None,
) -> None:
    if explain is not None:
        _explain(explain)
        return
    from oncall.lint.run import Selection, as_known, check_selection  # here: the rules, which --help does without

    session: Session = context.obj
    selection = Selection(_split("--select", select), _split("--ignore", ignore))
    check_selection(selection, with_log=log is not None)
    if write_baseline and baseline is None:
        raise OncallError("--write-baseline: say which file, with --baseline FILE")
    wanted = _workspaces(session, paths or [])
    if baseline is not None and len(wanted) > 1:
        raise OncallError("--baseline is of one workspace: lint each by itself")
    if log is not None and len(wanted) > 1:
        raise OncallError("--log is of one workspace: lint each by itself")
    known = _read_baseline(baseline) if baseline is not None and not write_baseline else None
    asked = _Asked(session, selection, at, _seconds(horizon), since, known, log, format not in ("text", "json"))
    reports = [asked.report(root, limits) for root, limits in wanted.items()]
    if baseline is not None and write_baseline:
        found, *_ = reports
        reports = [as_known(found, baseline)]
        _write_baseline(baseline, found, len(reports[0].findings))
    _show(reports, format, output)
    raise typer.Exit(1 if any(one.is_bad(fail_on) for one in reports) else 0)


def _split(option: str, texts: Sequence[str] | None) -> tuple[str, ...]:
    """Codes as they are typed: with commas, several times, in small letters."""
    codes = tuple(word for text in texts or () for part in text.split(",") if (word := part.strip().upper()))
    if texts and not codes:
        raise OncallError(f"{option} names no rule: write {option} OC101,OC3")
    return codes


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        seconds = times.parse_duration(text)
    except ValueError as error:
        raise OncallError(f"--horizon: {error}") from None
    if not 0 < seconds <= _LONGEST:
        raise OncallError(f"--horizon {text}: from 1s to {_LONGEST // times.DAY}d")
    return seconds


def _workspaces(session: Session, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The workspaces that are asked for, and what of each is to be shown: nothing named is all of it."""
    if not paths:
        return {session.root: ()}
    found: dict[str, list[str]] = {}
    for path in paths:
        full = os.path.abspath(path)
        if not os.path.lexists(full):
            raise NotFoundError(f"there is no file or folder {path!r}")
        root = _workspace_of(session, path, full)
        found.setdefault(root, []).append(os.path.relpath(full, root).replace(os.sep, "/"))
    return {root: () if any(map(_is_whole, limits)) else tuple(limits) for root, limits in found.items()}


def _is_whole(limit: str) -> bool:
    """Whether a path, seen from the workspace, is all of it."""
    return limit == "." or limit == ".." or limit.startswith("../")


def _workspace_of(session: Session, path: str, full: str) -> str:
    """The workspace a path is in, or that is in it."""
    if session.workspace is not None:
        root = session.root
        if os.path.commonpath((root, full)) not in (root, full):
            raise NotFoundError(f"{path!r} is not in the workspace {session.workspace!r}")
        return root
    folder = full if os.path.isdir(full) else os.path.dirname(full)
    try:
        root = find_workspace(None, None, folder)
    except NotFoundError:
        root = ""
    if not root or not (full == root or full.startswith(root + os.sep) or root.startswith(full + os.sep)):
        raise NotFoundError(
            f"{path!r} is in no workspace: there is no oncall.yaml in its folder or above; `oncall init` makes one"
        )
    return root


class _Asked(Struct):
    """What is asked of every workspace alike."""

    session: Session
    selection: "Selection"
    at: str
    horizon: int | None
    since: str | None
    known: "Known | None"
    log: str | None
    absolute: bool
    clock: int = field(default_factory=now)

    def report(self, root: str, limits: tuple[str, ...]) -> "Report":
        from oncall.lint.opening import context_of  # here: as above
        from oncall.lint.run import report
        from oncall.workspace.load import load

        workspace = load(root)
        zone = times.zone(workspace.timezone) or UTC
        start = instant_of(self.at, self.clock, zone)
        log = self._read_log(workspace, start, zone)
        context = context_of(workspace, start, self.horizon, log)
        earlier = self._earlier(root, start, context.until - start, log)
        selection = replace(self.selection, paths=limits)
        return report(context, selection, baseline=self.known, earlier=earlier, shown_as=self._shown_as(root))

    def _read_log(self, workspace: "Workspace", start: int, zone: tzinfo) -> "Logged | None":
        """What the event log says of the workspace; what is wrong with it is told."""
        if self.log is None:
            return None
        from oncall.cli.recorded import progress, tell_faults  # here: replay, which most runs do without
        from oncall.lint.logged import read_log
        from oncall.output.lint_log import unjudged_lines

        path = None if self.log == "-" else self.log
        with progress(path) as told:
            log = read_log(path, workspace, start, self.session.cache, told)
        tell_faults(log.faults, path)
        for line in unjudged_lines(log, zone, self.selection.takes):
            complain(f"--log {self.log}: {line}")
        return log

    def _earlier(self, root: str, start: int, horizon: int, log: "Logged | None") -> "Known | None":
        """What the workspace had at the revision; it is looked at from the same instant, and by the same log."""
        if self.since is None:
            return None
        from oncall.lint.opening import context_of  # here: as above
        from oncall.lint.run import known_of
        from oncall.workspace.load import load
        from oncall.workspace.revisions import earlier

        with earlier(root, self.since) as files:
            if files is None:
                complain(f"{root} was not there at {self.since}: everything is new")
                return None
            return known_of(context_of(load(root, files=files), start, horizon, log), self.since)

    def _shown_as(self, root: str) -> Callable[[str], str]:
        """The path of a file of the workspace as seen from the current folder."""
        prefix = os.path.relpath(root).replace(os.sep, "/")
        if prefix == ".":
            prefix = ""
        elif prefix.startswith("..") and self.absolute:
            prefix = root
        return lambda file: os.path.join(prefix, file)


def _read_baseline(path: str) -> "Known":
    from oncall.lint.baseline import read_baseline  # here: as above
    from oncall.workspace.files import MOST_BYTES
    from oncall.workspace.inputs import read_input

    try:
        data = read_input(path, MOST_BYTES + 1)
    except FileNotFoundError:
        raise OncallError(f"--baseline {path}: there is no such file; --write-baseline makes one") from None
    except (OSError, ValueError) as error:
        raise OncallError(f"--baseline {path}: cannot be read: {file_error(error)}") from None
    if len(data) > MOST_BYTES:
        raise OncallError(f"--baseline {path}: is too large: more than {MOST_BYTES:,} bytes")
    known = read_baseline(data, path)
    if known.is_old:
        what = "does not say when: what is wrong at some time counts as new"
        complain(f"--baseline {path}: is of an older format and {what}; write it again with --write-baseline")
    return known


def _write_baseline(path: str, found: "Report", now: int) -> None:
    from oncall.lint.baseline import baseline_json  # here: as above

    _write("--baseline", path, baseline_json(found.all, found.horizon))
    count = len(found.all)
    still = f", but what is wrong now does ({now})" if now else ""
    complain(f"wrote {count} finding{'' if count == 1 else 's'} to {path}: they no longer count{still}")


def _write(option: str, path: str, data: bytes) -> None:
    from oncall.workspace.writing import write_whole  # here: only these options need it

    try:
        write_whole(path, data)
    except (OSError, ValueError) as error:
        raise OncallError(f"{option} {path}: cannot be written: {file_error(error)}") from None


def _explain(word: str) -> None:
    from oncall.lint.rules import RULES  # here: as above
    from oncall.lint.run import suggested
    from oncall.output.lint_text import list_lines, rule_lines

    wanted = word.strip()
    found = [rule for rule in RULES if wanted.upper() == rule.code or wanted.lower() == rule.name]
    if found:
        _draw(lambda width: rule_lines(found[0], width))
        return
    listed = [rule for rule in RULES if wanted.lower() == "all" or (wanted and rule.code.startswith(wanted.upper()))]
    if not listed:
        raise NotFoundError(f"--explain {word}: there is no such rule{suggested(word)}")
    _draw(lambda width: list_lines(listed))


def _show(reports: "Sequence[Report]", format: Format, output: str | None) -> None:
    if format == "text" and output is None:
        from oncall.output.lint_text import lint_lines  # here: as above

        _draw(lambda width: lint_lines(reports, width))
        return
    text = _written(reports, format)
    if output is None:
        write = getattr(sys.stdout, "write_commands", sys.stdout.write) if format == "github" else sys.stdout.write
        write(text + "\n")
    else:
        _write("--output", output, (text + "\n").encode("utf-8", "backslashreplace"))


def _written(reports: "Sequence[Report]", format: Format) -> str:
    """The findings in a format; each is a function of them in a module of its own, imported when it is asked for."""
    if format == "json":
        from oncall.output.lint_json import lint_document

        return json_text(lint_document(reports))
    if format == "sarif":
        from oncall.lint.rules import RULES
        from oncall.output.sarif import sarif_document

        return json_text(sarif_document(reports, RULES))
    if format == "gitlab":
        from oncall.output.gitlab import gitlab_document

        return json_text(gitlab_document(reports))
    if format == "junit":
        from oncall.output.lint_junit import lint_xml

        return lint_xml(reports)
    if format == "github":
        from oncall.output.github import github_lines

        return "\n".join(github_lines(reports))
    from oncall.output.lint_text import lint_lines

    return "\n".join(_plain(line) for line in lint_lines(reports))


def _plain(line: "Line") -> str:
    return "".join(text for text, _ in line).rstrip()


def _draw(lines: "Callable[[int | None], Iterator[Line]]") -> None:
    """Lines for people: coloured on a terminal, plain elsewhere."""
    if not on_terminal():
        for line in lines(None):
            print(_plain(line))
        return
    from oncall.output import terminal  # here: rich is slow to import

    console = terminal.console()
    terminal.draw_lines(console, lines(console.width))
