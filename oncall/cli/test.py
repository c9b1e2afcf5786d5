"""Run the scenarios of the workspace: what is expected, beside what comes of it.

A NAME is a scenario, the beginning of some, or a pattern in quotes. Without one it is every scenario.

\b
  oncall test                                   all of them
  oncall test holiday "*-asleep"                those that begin or end so
  oncall test --account northwind-hvac -v       those of an account, and what passed
  oncall test --coverage                        also what no scenario reaches
  oncall test --fail-under 80 --junit out.xml   for CI

The status is 1 when a scenario fails or less is reached than was asked for, and 2 when one cannot be run, or part of
the workspace cannot be read.
"""

# ruff: noqa: PT028 - this `test` is a command, and its defaults are those of the options

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from oncall.answers import account_answer
from oncall.cli import complete
from oncall.cli.session import Session, complain, now, on_terminal, print_json, warn, warn_elsewhere
from oncall.coverage import Coverage, coverage
from oncall.errors import ERROR, NotFoundError, OncallError, Problem, file_error
from oncall.escalation.scenarios import Broken, Scenario
from oncall.output.test_text import Result, coverage_lines, percent, result_lines, summary_line
from oncall.output.who_text import Line
from oncall.plan import EVERYTHING
from oncall.testing import Judged, run
from oncall.workspace.opening import Plans
from oncall.workspace.scenarios import read_scenarios, weak_spots

if TYPE_CHECKING:
    from fractions import Fraction

    from oncall.workspace.load import Workspace

Format = Literal["rich", "plain", "json"]
Found = Mapping[str, Scenario | Broken]

_PATTERN = re.compile(r"[*?\[]")


def test(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...")] = None,
    account: Annotated[
        str | None, typer.Option(metavar="ACCOUNT", help="Only the scenarios of one.", autocompletion=complete.accounts)
    ] = None,
    show_coverage: Annotated[
        bool, typer.Option("--coverage", help="Say what no scenario reaches: accounts, tiers, contact methods …")
    ] = False,
    fail_under: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Fail when less than that is reached; implies --coverage.")
    ] = None,
    junit: Annotated[str | None, typer.Option(metavar="FILE", help="Write the results as JUnit XML, too.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also what passed, and every name.")] = False,
    format: Annotated[Format | None, typer.Option(help="Default: rich on a terminal, plain elsewhere.")] = None,
) -> None:
    session: Session = context.obj
    least = _share(fail_under)
    plans = session.plans()
    workspace = plans.workspace
    unread = _unread(workspace)
    warn(unread, "scenarios may stand in what could not be read:")
    results = [run(plans, scenario) for scenario in _asked(workspace, names or [], account).values()]
    judged = [one for one in results if isinstance(one, Judged)]
    broken = [one for one in results if isinstance(one, Broken)]
    why_broken = {problem for one in broken for problem in one.problems}
    warn(why_broken, "these scenarios cannot be run:")
    doubts = _doubts(workspace, judged) - unread
    warn(doubts, "this may change what comes of the scenarios:")
    reported = {one.problem for one in workspace.reported}.union(*(one.plan.problems for one in judged))
    warn_elsewhere(reported, unread | why_broken | doubts)
    covered = _covered(plans, judged, account) if show_coverage or least is not None else None
    written = junit is None or _write_junit(junit, results)
    is_under = covered is not None and least is not None and covered.reached * 100 < least * covered.total
    if format == "json":
        from oncall.output.test_json import results_document  # here: only this format needs it

        print_json(results_document(results, covered))
    else:
        under = f", under the {fail_under}% asked for" if is_under else ""
        _show(results, covered, under, format or ("rich" if on_terminal() else "plain"), verbose=verbose)
    if unread or broken or not written:
        raise typer.Exit(2)
    raise typer.Exit(1 if is_under or not all(one.passed for one in judged) else 0)


def _share(text: str | None) -> "Fraction | None":
    """What was typed for --fail-under, exactly."""
    if text is None:
        return None
    from fractions import Fraction  # here: only this option needs it

    if not re.fullmatch(r"\d{1,3}(\.\d{1,9})?", text, re.ASCII) or Fraction(text) > 100:
        raise OncallError(f"--fail-under {text}: write a number from 0 to 100, as in --fail-under 80")
    return Fraction(text)


def _unread(workspace: "Workspace") -> set[Problem]:
    """What is wrong with whole files: nobody knows which scenarios were meant to be in them."""
    everything = (one.problem for one in workspace.reported if one.about == EVERYTHING)
    return {one for one in everything if one.severity == ERROR}


def _asked(workspace: "Workspace", names: Sequence[str], account: str | None) -> Found:
    """The scenarios that were asked for, in the order they are written."""
    every = read_scenarios(workspace)
    if account is not None and ("accounts", account) not in workspace.places:
        begun = [name for name in workspace.accounts if account and name.startswith(account)]
        if len(begun) != 1:
            raise NotFoundError(f"there is no account {account!r}{_suggestion(account, list(workspace.accounts))}")
        (account,) = begun
    if not every:
        raise OncallError(
            "there are no scenarios: write some under `scenarios:` in any YAML file;"
            " `oncall simulate ACCOUNT --as-scenario NAME` prints one to start from"
        )
    wanted = {name for text in names for name in _meant(text, every, workspace)} if names else set(every)
    found = {name: one for name, one in every.items() if name in wanted and account in (None, one.account)}
    if not found:
        raise NotFoundError(f"no scenario {'of those named ' if names else ''}is of the account {account}")
    return found


def _meant(text: str, every: Found, workspace: "Workspace") -> list[str]:
    """The scenarios one name means."""
    if text in every:
        return [text]
    if _PATTERN.search(text):
        from fnmatch import fnmatchcase  # here: only patterns need it

        meant = [name for name in every if fnmatchcase(name, text)]
    else:
        meant = [name for name in every if text and name.startswith(text)]
    if not meant and text in workspace.accounts:
        raise NotFoundError(f"there is no scenario {text!r}; it is an account: write --account {text}")
    if not meant:
        raise NotFoundError(f"there is no scenario {text!r}{_suggestion(text, list(every))}")
    return meant


def _suggestion(text: str, known: Sequence[str]) -> str:
    from oncall.spelling import suggestion  # here: only an error needs it

    return suggestion(text, known)


def _doubts(workspace: "Workspace", judged: Iterable[Judged]) -> set[Problem]:
    """What is wrong with the files behind the scenarios that could be run."""
    found = {one for name in {one.scenario.account for one in judged} for one in weak_spots(workspace, name)}
    for one in judged:
        if one.plan.reported or one.plan.doubts:
            found.update(account_answer(one.plan, one.scenario.account, one.scenario.at).problems)
    return found


def _covered(plans: Plans, judged: Sequence[Judged], account: str | None) -> Coverage:
    used = list({id(one.plan): one.plan for one in judged}.values())
    return coverage(used or [plans.at(now())], [one.trace for one in judged], account)


def _write_junit(path: str, results: Sequence[Result]) -> bool:
    """Put the file in place whole or not at all; whether it could be."""
    from oncall.output.junit import junit_xml  # here: only this option needs it
    from oncall.workspace.writing import write_whole

    try:
        write_whole(path, junit_xml(results))
    except (OSError, ValueError) as error:
        complain(f"--junit {path}: cannot be written: {file_error(error)}")
        return False
    return True


def _show(results: Sequence[Result], covered: Coverage | None, under: str, how: str, *, verbose: bool) -> None:
    if how == "plain":
        for line in _lines(results, covered, under, None, verbose=verbose):
            print("".join(text for text, _ in line).rstrip())
        return
    from oncall.output import terminal  # here: rich is slow to import

    console = terminal.console()
    terminal.draw_lines(console, _lines(results, covered, under, console.width, verbose=verbose))


def _lines(
    results: Sequence[Result], covered: Coverage | None, under: str, width: int | None, *, verbose: bool
) -> Iterator[Line]:
    yield from result_lines(results, width, verbose=verbose)
    if covered is None:
        yield summary_line(results)
        return
    yield from coverage_lines(covered, width, verbose=verbose)
    yield ()
    share = f", coverage {percent(covered.reached, covered.total)}{under}"
    yield (*summary_line(results), (share, "bad" if under else "title"))
