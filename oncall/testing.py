"""Whether a dispatch came out as a scenario expects it: judged from its trace, one expectation after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import asdict

from oncall.errors import OncallError, contained, problem
from oncall.escalation.scenarios import Broken, Expectation, ExpectedAttempt, ExpectedCallback, ExpectedSkip, Scenario
from oncall.escalation.simulate import simulate
from oncall.escalation.trace import Attempt, Callback, Trace
from oncall.plan import Plan
from oncall.times import show_duration
from oncall.workspace.opening import Plans
from oncall.workspace.scenarios import account_zone

ALWAYS_SHOWN = ("at", "person", "channel", "outcome")
NOBODY, NEVER = "nobody", "never"
NO_ATTEMPT = "no attempt"

_COLUMNS = ("at", "tier", "round", "person", "channel", "address", "outcome")
_MOST_NAMED = 3


class Row(Struct, frozen=True):
    """One expected attempt beside the actual one of the same place: their cells, None where there is none. What an
    expectation leaves open is empty."""

    expected: tuple[str, ...] | None
    actual: tuple[str, ...] | None


class Difference(Struct, frozen=True):
    """Expected and actual attempts side by side, and the index of the first row in which they differ."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    first: int


class Failure(Struct, frozen=True):
    """An expectation that was not met: its key (`reached`, `callback.owner`), what it asks for and what came of it, in
    the words of a scenario."""

    what: str
    expected: str
    actual: str
    difference: Difference | None = None


class Judged(Struct, frozen=True):
    """A scenario that was run: what came of it, and what of that was not expected. `zone` is that of its account."""

    scenario: Scenario
    zone: tzinfo
    plan: Plan
    trace: Trace
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.failures


def run(plans: Plans, scenario: Scenario | Broken) -> Judged | Broken:
    """What comes of a scenario by the plans of a workspace, or why it cannot be run."""
    if isinstance(scenario, Broken):
        return scenario
    readable = scenario

    def broken(why: str, code: str = "OC001") -> Broken:
        found = problem(code, why, readable.file, readable.line)
        return Broken(readable.name, readable.account, readable.file, readable.line, (found,))

    try:
        return contained(lambda: _judged(plans, readable), broken, "the workspace")
    except OncallError as error:
        return broken(str(error), "OC003")


def _judged(plans: Plans, scenario: Scenario) -> Judged:
    def simulated(plan: Plan) -> tuple[Plan, Trace]:
        return plan, simulate(plan, scenario.account, scenario.at, scenario.assumed)

    plan, trace = plans.ask(scenario.at, simulated)
    zone = account_zone(plans.workspace, plans.workspace.accounts[scenario.account])
    return Judged(scenario, zone, plan, trace, judge(scenario.expect, trace))


def judge(expect: Expectation, trace: Trace) -> tuple[Failure, ...]:
    """What of an expectation a dispatch did not meet."""
    return (
        *_end(expect, trace),
        *_never(expect.never, trace),
        *(failure for one in expect.skipped for failure in _skipped(one, trace)),
        *(_callback(expect.callback, trace.callback) if expect.callback else ()),
        *(_attempts(expect.attempts, trace) if expect.attempts is not None else ()),
    )


def _end(expect: Expectation, trace: Trace) -> Iterator[Failure]:
    if expect.disposition is not None and trace.disposition != expect.disposition:
        yield Failure("disposition", expect.disposition, str(trace.disposition))
    if expect.reached is not None and trace.reached != expect.reached:
        yield Failure("reached", expect.reached, trace.reached or NOBODY)
    if expect.within is not None and (trace.after is None or trace.after > expect.within):
        after = NEVER if trace.after is None else show_duration(trace.after)
        yield Failure("within", f"{show_duration(expect.within)} at most", after)


def _never(people: tuple[str, ...], trace: Trace) -> Iterator[Failure]:
    for person in dict.fromkeys(people):
        first = next((one for one in trace.attempts if one.person == person), None)
        if first is not None:
            actual = f"tried by {first.channel} at {show_duration(first.started)}"
            yield Failure("never", f"{person} never tried", actual)


def _skipped(expected: ExpectedSkip, trace: Trace) -> Iterator[Failure]:
    if any(_meets(asdict(expected), asdict(one)) for one in trace.skipped):
        return
    near = [one for one in trace.skipped if expected.person is None or one.person == expected.person]
    told = [_skip_text(one.reason, one.person or one.label, one.tier, one.at) for one in near]
    more = f" and {len(told) - _MOST_NAMED} more" if len(told) > _MOST_NAMED else ""
    actual = ", ".join(told[:_MOST_NAMED]) + more or "not passed over"
    yield Failure("skipped", _skip_text(expected.reason, expected.person, expected.tier, expected.at), actual)


def _skip_text(reason: str, who: str | None, tier: str | None, at: float | None) -> str:
    where = f" in {tier}" if tier is not None else ""
    when = f" at {show_duration(at)}" if at is not None else ""
    return f"{f'{who} ' if who is not None else ''}{reason}{where}{when}"


def _callback(expected: ExpectedCallback, actual: Callback | None) -> Iterator[Failure]:
    if actual is None:
        yield Failure("callback", "one to be opened", "none")
        return
    for key, value in asdict(expected).items():
        came = getattr(actual, key)
        if value is None or value == came:
            continue
        is_time = isinstance(value, int)
        missing = NEVER if is_time else NOBODY
        told = missing if came is None else show_duration(came) if is_time else str(came)
        yield Failure(f"callback.{key}", show_duration(value) if is_time else value, told)


def _attempts(expected: tuple[ExpectedAttempt, ...], trace: Trace) -> Iterator[Failure]:
    asked = [asdict(one) for one in expected]
    came = [_facts(one) for one in trace.attempts]
    longest = max(len(asked), len(came))
    first = next((place for place in range(longest) if not _same(asked, came, place)), None)
    if first is None:
        return
    columns = tuple(key for key in _COLUMNS if key in ALWAYS_SHOWN or any(one[key] is not None for one in asked))
    rows = tuple(Row(_cells(asked, place, columns), _cells(came, place, columns)) for place in range(longest))
    difference = Difference(columns, rows, first)
    yield Failure("attempts", _told(rows[first].expected), _told(rows[first].actual), difference)


def _same(asked: list[dict[str, object]], came: list[dict[str, object]], place: int) -> bool:
    return place < len(asked) and place < len(came) and _meets(asked[place], came[place])


def _meets(expected: Mapping[str, object], actual: Mapping[str, object]) -> bool:
    """Whether all that is asked for is so."""
    return all(value is None or actual[key] == value for key, value in expected.items())


def _facts(one: Attempt) -> dict[str, object]:
    """An attempt under the keys of a scenario."""
    return {key: one.started if key == "at" else getattr(one, key) for key in _COLUMNS}


def _cells(among: list[dict[str, object]], place: int, columns: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(_cell(key, among[place][key]) for key in columns) if place < len(among) else None


def _cell(key: str, value: object) -> str:
    if value is None:
        return ""
    return show_duration(float(str(value))) if key == "at" else str(value)


def _told(cells: tuple[str, ...] | None) -> str:
    return " ".join(cell for cell in cells if cell) or "any attempt" if cells is not None else NO_ATTEMPT


def actual_rows(trace: Trace) -> tuple[tuple[str, ...], ...]:
    """The attempts of a dispatch as cells under ALWAYS_SHOWN."""
    return tuple(tuple(_cell(key, _facts(one)[key]) for key in ALWAYS_SHOWN) for one in trace.attempts)
