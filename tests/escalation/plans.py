"""What the tests of escalation share: plans without files, what is assumed of people, and a trace as plain data.

All times are whole seconds from the start of the dispatch, which is at AT where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from oncall import times
from oncall.escalation.engine import Dispatch
from oncall.escalation.responses import responses_of
from oncall.escalation.simulate import Assumed, simulate
from oncall.escalation.trace import Event, Start, Tell, Trace
from oncall.model import Account, Person, Policy, Shift
from oncall.plan import Absence, Plan, Presence, RotationFacts
from oncall.schedule import Schedule, Segment, Window

DAY = 86_400
AT = int(datetime.fromisoformat("2026-03-10T02:00:00Z").timestamp())
ACCOUNT, POLICY, DISPATCH = "line", "urgent", "d"

Stretch = tuple[int, int]


def make_plan(
    people: Mapping[str, Person],
    policy: Policy,
    account: Account,
    *,
    at: int = AT,
    away: Mapping[str, Sequence[Stretch]] | None = None,
    gone: Mapping[str, int] | None = None,
    shifts: Mapping[str, Sequence[tuple[int, int, Sequence[str]]]] | None = None,
    turns: Mapping[str, Sequence[str]] | None = None,
    endpoints: Mapping[str, tuple[str, ...]] | None = None,
) -> Plan:
    """A plan of one account. `shifts` are the stretches of each rotation, `?NAME` being somebody unknown; `turns` is
    its `people`; `endpoints` what a person's addresses come down to, where that is not how they are written."""
    window = Window(at - 2 * DAY, at + 2 * DAY)
    same = {name: tuple(method.address for method in person.contact_methods) for name, person in people.items()}
    return Plan(
        digest="",
        root="",
        organization="",
        timezone="UTC",
        country="US",
        window=window,
        people=dict(people),
        endpoints={**same, **(endpoints or {})},
        presences={
            name: Presence(
                tuple(Absence(at + start, at + end) for start, end in (away or {}).get(name, ())),
                at + gone[name] if gone and name in gone else None,
            )
            for name in people
        },
        policies={POLICY: policy},
        accounts={ACCOUNT: account},
        account_facts={},
        rotations={name: RotationFacts((), tuple((turns or {}).get(name, ()))) for name in shifts or {}},
        schedules={name: schedule(window, at, stretches) for name, stretches in (shifts or {}).items()},
        open={},
        written={},
        doubts={},
        reported={},
        places={},
    )


def schedule(window: Window, at: int, stretches: Sequence[tuple[int, int, Sequence[str]]]) -> Schedule:
    """A schedule of stretches that do not overlap."""
    return Schedule(
        window,
        tuple(
            Segment(at + start, at + end, tuple(sorted(map(shift_of, names), key=lambda one: one.who)))
            for start, end, names in sorted(stretches)
        ),
    )


def shift_of(name: str) -> Shift:
    return Shift(None, name[1:], "planned") if name.startswith("?") else Shift(name, name.title(), "planned")


@dataclass(frozen=True)
class Dry:
    """A dry run: a plan, and what is assumed. `given` is written as scenarios write it."""

    plan: Plan
    given: Mapping[str, Any] = field(default_factory=dict)
    hang_up: int | None = None
    callbacks: Mapping[str, int] = field(default_factory=dict)
    at: int = AT

    @property
    def account(self) -> Account:
        return self.plan.accounts[ACCOUNT]

    @property
    def policy(self) -> Policy:
        return self.plan.policies[POLICY]

    def assumed(self) -> Assumed:
        given = {person: responses_of(written) for person, written in self.given.items()}
        return Assumed(given, self.hang_up, self.callbacks)

    def run(self) -> Trace:
        return simulate(self.plan, ACCOUNT, self.at, self.assumed(), DISPATCH)


def told(trace: Trace) -> dict[str, Any]:
    """What a trace says happened, as plain data."""
    callback = trace.callback
    return {
        "attempts": [(one.id, one.started, one.ended, one.outcome, one.confirmed) for one in trace.attempts],
        "skipped": [
            (one.at, f"{one.round}/{one.tier}", one.person or (f"?{one.label}" if one.label else "-"), one.reason)
            for one in trace.skipped
        ],
        "disposition": trace.disposition,
        "ended": trace.ended,
        "reached": trace.reached,
        "after": trace.after,
        "callback": callback
        and {
            "owner": callback.owner,
            "opened": callback.opened,
            "due": callback.due,
            "escalated_to": callback.escalated_to,
            "completed": callback.completed,
        },
    }


def feed(dry: Dry, events: Sequence[Event], until: float | None = None, every: int | None = None) -> Dispatch:
    """A dispatch that is told these events, each at its instant and not before what it is about has begun, and goes on
    whenever nothing is told: to its end, or until an instant is over; or, asked needlessly, `every` so many seconds."""
    dispatch = Dispatch(dry.plan, ACCOUNT, dry.at, DISPATCH)
    ahead = list(events)
    begun: set[str] = set()
    while dispatch.disposition is None:
        next_at = min((one.at for one in ahead), default=None)
        if next_at is None or (dispatch.until is not None and dispatch.until < next_at):
            if until is not None and (dispatch.until is None or dispatch.until > until):
                break
            assert dispatch.until is not None, "nothing is ahead, and nothing is due"
            sooner = dispatch.now + every if every and dispatch.now + every < dispatch.until else dispatch.until
            actions = dispatch.go_on(sooner)
        else:
            known = [one for one in ahead if one.at == next_at and (one.kind == "hung_up" or about(one) in begun)]
            if every and dispatch.now + every < next_at:
                actions = dispatch.go_on(dispatch.now + every)
            elif known:
                ahead.remove(known[0])
                actions = dispatch.tell(known[0])
            else:
                actions = dispatch.go_on(next_at)
                assert actions or dispatch.until == next_at, f"{ahead} are about nothing that has begun"
        begun |= {action.attempt for action in actions if isinstance(action, Start)}
        begun |= {action.person for action in actions if isinstance(action, Tell)}
    return dispatch


def about(event: Event) -> str:
    return event.person if event.kind == "completed" else event.attempt


def instant_of(text: str) -> int:
    """The instant of an ISO 8601 time that says its offset."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"{text} needs an offset"
    return int(moment.timestamp())


def seconds(text: str, at: int = AT) -> int:
    """Seconds from the start: a duration, before it with a minus, or an instant."""
    if "T" in text:
        return instant_of(text) - at
    return -times.parse_duration(text[1:]) if text.startswith("-") else times.parse_duration(text)
