"""A dry run: who would be tried, in what order, how fast and why, if somebody called now, or at another instant.

Nobody responds unless --given says so, so that the whole chain shows. Several tries are separated by commas.

\b
  oncall simulate northwind-hvac --at "tomorrow 02:00"
  oncall simulate northwind-hvac --given tech-1=busy --given tech-3:voice=acknowledged@12s
  oncall simulate northwind-hvac --given tech-1=no_answer,acknowledged@5s --hang-up 90s
  oncall simulate northwind-hvac --callback manager-1@10m
  oncall simulate northwind-hvac --policy draft.yaml
  oncall simulate northwind-hvac --as-scenario nobody-wakes-up > nobody-wakes-up.yaml

Responses: acknowledged, answered, busy, declined, unreachable, failed, voicemail, no_answer, no_response. The status is
0 whatever comes of it; `oncall test` is what fails.
"""

from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from oncall import times
from oncall.answers import account_answer
from oncall.cli import complete
from oncall.cli.account import account_named
from oncall.cli.session import (
    Session,
    complain,
    instants,
    now,
    on_terminal,
    print_csv,
    print_json,
    print_table,
    reader_zone,
    warn,
    warn_elsewhere,
)
from oncall.errors import OncallError
from oncall.escalation.responses import EVERY_CHANNEL, ResponseError, Tries, parse_given
from oncall.escalation.simulate import Assumed
from oncall.escalation.simulate import simulate as dry_run
from oncall.escalation.trace import Trace
from oncall.lookup import find_person
from oncall.output.trace_text import COLUMNS, trace_lines, trace_rows
from oncall.plan import Plan

if TYPE_CHECKING:
    from oncall.workspace.drafts import Draft

Format = Literal["rich", "plain", "markdown", "json", "csv"]
_T = TypeVar("_T")


def simulate(
    context: typer.Context,
    account: Annotated[str, typer.Argument(autocompletion=complete.accounts)],
    at: Annotated[str | None, typer.Option(metavar="WHEN", help="When the dispatch starts, instead of now.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(metavar="PERSON[:CHANNEL]=OUTCOME[@DELAY]", help="How somebody responds; may be repeated."),
    ] = None,
    hang_up: Annotated[str | None, typer.Option(metavar="DELAY", help="When the caller hangs up.")] = None,
    callback: Annotated[
        list[str] | None,
        typer.Option(metavar="PERSON@DELAY", help="Who calls back, how long after being told; may be repeated."),
    ] = None,
    policy: Annotated[str | None, typer.Option(metavar="FILE", help="Try the policy in this file instead.")] = None,
    as_scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="Print the scenario this amounts to, for `oncall test`.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Read and show times in this zone.")] = None,
    format: Annotated[Format | None, typer.Option(help="Default: rich on a terminal, plain elsewhere.")] = None,
) -> None:
    if as_scenario is not None and format is not None:
        raise OncallError("--as-scenario prints YAML: leave --format out")
    session: Session = context.obj
    plans = session.plans()
    plan = plans.at(now())
    zone = reader_zone(timezone, plan.timezone)
    (start,) = instants([at] if at is not None else [], zone)
    name = account_named(plan, account)
    given_by_id = _by_id(plan, _given(given or ()), "--given")
    callbacks = _by_id(plan, _callbacks(callback or ()), "--callback")
    assumed = Assumed(given_by_id, _delay(hang_up, "--hang-up"), callbacks)
    draft = _draft(policy)

    def run(asked: Plan) -> tuple[Trace, Plan]:
        planned = _with(asked, name, draft)
        _check_channels(planned, assumed)
        return dry_run(planned, name, start, assumed, _dispatch(name, start)), planned

    trace, plan = plans.ask(start, run)
    problems = (*account_answer(plan, name, start).problems, *(draft.problems if draft else ()))
    warn(problems)
    warn_elsewhere(plan.problems, problems)
    _note_the_odd(trace, plan, assumed)
    if as_scenario is not None:
        _print_scenario(as_scenario, trace, assumed, zone)
    else:
        _show(trace, plan, zone, format or ("rich" if on_terminal() else "plain"))


def _dispatch(account: str, start: int) -> str:
    """What a dry run is called: the same for the same question."""
    return f"{account}-{times.at(start):%Y%m%dT%H%M%SZ}"


def _draft(path: str | None) -> "Draft | None":
    if path is None:
        return None
    from oncall.workspace.drafts import read_draft  # here: only a draft is parsed

    return read_draft(path)


def _with(plan: Plan, account: str, draft: "Draft | None") -> Plan:
    if draft is None:
        return plan
    from oncall.workspace.drafts import with_draft  # here: only a draft is parsed

    return with_draft(plan, account, draft)


def _given(texts: Iterable[str]) -> dict[str, dict[str, Tries]]:
    found: dict[str, dict[str, Tries]] = {}
    for text in texts:
        try:
            person, channel, tries = parse_given(text)
        except ResponseError as error:
            raise OncallError(f"--given {text}: {error}") from None
        if channel in found.setdefault(person, {}):
            raise OncallError(f"--given says twice how {person} responds: separate several tries by commas")
        found[person][channel] = tries
    return found


def _callbacks(texts: Iterable[str]) -> dict[str, int]:
    found = {}
    for text in texts:
        person, at, delay = text.rpartition("@")  # an e-mail address has one, too
        if not at or not person.strip():
            raise OncallError(f"--callback {text}: write PERSON@DELAY, as in manager-1@10m")
        if person.strip() in found:
            raise OncallError(f"--callback says twice when {person.strip()} calls back")
        found[person.strip()] = _delay(delay, f"--callback {text}") or 0
    return found


def _by_id(plan: Plan, assumed: dict[str, _T], option: str) -> dict[str, _T]:
    """What is assumed of people, by their ids, however they were named."""
    found: dict[str, _T] = {}
    for name, value in assumed.items():
        person = find_person(plan.people, name, plan.endpoints)
        if person in found:
            raise OncallError(f"{option} names {person} twice, once as {name!r}")
        found[person] = value
    return found


def _delay(text: str | None, option: str) -> int | None:
    try:
        return times.parse_duration(text) if text is not None else None
    except ValueError as error:
        raise OncallError(f"{option}: {error}") from None


def _check_channels(plan: Plan, assumed: Assumed) -> None:
    for person, by_channel in assumed.given.items():
        channels = {method.channel for method in plan.people[person].contact_methods}
        for channel in by_channel:
            if channel != EVERY_CHANNEL and channel not in channels:
                ways = ", ".join(sorted(channels)) or "none at all"
                raise OncallError(f"{person} has no contact method by {channel}; there is {ways}")


def _note_the_odd(trace: Trace, plan: Plan, assumed: Assumed) -> None:
    """What somebody who tries something out would otherwise wonder about."""
    tried = {one.person for one in trace.attempts}
    for person in assumed.given:
        if person not in tried:
            complain(f"note: {person} is given a response, and is not tried")
    told = {person for _, person in trace.callback.told} if trace.callback else set()
    for person in assumed.callbacks:
        if person not in told:
            complain(f"note: {person} is to call back, and is not told of a callback")
    if assumed.hang_up is not None and trace.hung_up is None:
        complain("note: the caller is to hang up, and the chain is over before that")
    account = plan.accounts[trace.account]
    for tier in plan.policies[trace.policy].tiers:
        if not account.bindings(tier.notify):
            complain(f"note: {trace.account} binds nobody to the role {tier.notify!r} of its policy")
    if not plan.policies[trace.policy].tiers:
        complain(f"note: the policy {trace.policy} has no tiers, so nobody is tried")


def _print_scenario(name: str, trace: Trace, assumed: Assumed, zone: tzinfo) -> None:
    from oncall.fields import is_name
    from oncall.output.scenario_yaml import scenario_yaml  # here: only this prints YAML

    if not is_name(name):
        raise OncallError(f"{name!r} cannot be a name: letters, digits, '.', '_' and '-' make one")
    print(scenario_yaml(name, trace, assumed, zone), end="")


def _show(trace: Trace, plan: Plan, zone: tzinfo, how: str) -> None:
    if how == "json":
        from oncall.output.trace_json import trace_document

        print_json(trace_document(trace, plan, zone))
    elif how == "csv":
        print_csv(COLUMNS, trace_rows(trace, plan, zone, exact=True))
    elif how == "markdown":
        print_table(COLUMNS, trace_rows(trace, plan, zone), "github")
    elif how == "plain":
        print("\n".join("".join(text for text, _ in line).rstrip() for line in trace_lines(trace, plan, zone)))
    else:
        _draw(trace, plan, zone)


def _draw(trace: Trace, plan: Plan, zone: tzinfo) -> None:
    from oncall.output import chain, terminal

    console = terminal.console()
    terminal.draw_lines(console, trace_lines(trace, plan, zone, console.width))
    console.print()
    chain.draw_chain(console, trace)
