"""The event log of the example workspace: five weeks of its five accounts, and one call at two minutes to midnight.

python -m bench.example_log     writes it anew; `make calls` does the same
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bench.breakages import PEOPLE, lost_the_end_of_a_call, lost_the_middle
from bench.calls import Call, Manner, Stretch, calls, interleaved
from bench.events import Front, as_recorded, events_of
from oncall.escalation.simulate import Assumed, simulate
from oncall.logs.event import LogEvent, encode
from oncall.workspace.opening import Plans

SCHEDULES = Path(__file__).resolve().parents[1] / "schedules"
LOG = SCHEDULES / "calls" / "autumn-2026.jsonl"
FIRST = datetime.fromisoformat("2026-10-12T00:00-04:00")
LAST = datetime.fromisoformat("2026-11-16T00:00-05:00")
SEED, NUMBER = 2317, 360
MANNER = Manner(
    takes=0.5, reads=0.25, holds=300, calls_back=0.8, calls_back_late=0.1, broken=0.05, broken_unreached=0.4
)
BREAKAGES = (*PEOPLE, *PEOPLE, *PEOPLE, lost_the_end_of_a_call, lost_the_middle)

MIDNIGHT = "2026-11-05-2358"
CALLED_AT = datetime.fromisoformat("2026-11-05T23:58-05:00")
HUNG_UP = 107
NOTE = "Zoe does not pick up. Priya has the phone from midnight, so I keep the caller on the line until then."


def example() -> bytes:
    """The whole log."""
    plans = Plans(str(SCHEDULES), None)
    accounts = sorted(plans.at(FIRST.timestamp()).accounts)
    stretch = Stretch(int(FIRST.timestamp()), int(LAST.timestamp()), NUMBER)
    made = calls(plans, accounts, stretch, SEED, MANNER, BREAKAGES)
    events = interleaved(_with_the_story(made, the_call_at_midnight(plans)))
    return b"".join(encode(event) + b"\n" for event in as_recorded(events))


def the_call_at_midnight(plans: Plans) -> list[LogEvent]:
    """The primary does not pick up. The backup is at her desk in Sydney and is never tried: the operator waits for the
    shift to change. The caller gives up before it does, and nobody calls back."""
    at = int(CALLED_AT.timestamp())
    trace = plans.ask(at, lambda plan: simulate(plan, "field-support", at, Assumed(hang_up=HUNG_UP), MIDNIGHT))
    front = Front("+12025550180", "+19175550123", "op-9")
    planned = events_of(trace, lambda after: CALLED_AT + timedelta(seconds=after), front)
    first = trace.tiers[0].tier
    later = {one.id for one in trace.attempts if one.tier != first}
    told = [one for one in planned if one.attempt not in later and one.tier in (None, first)]
    told = [one for one in told if not one.type.startswith("callback_") and one.type != "closed"]

    def more(after: int, kind: str, **fields: object) -> LogEvent:
        time = CALLED_AT + timedelta(seconds=after)
        return LogEvent(time=time, type=kind, dispatch=MIDNIGHT, **fields)  # type: ignore[arg-type]

    told.append(more(64, "note", operator="op-9", text=NOTE))
    told.append(more(HUNG_UP + 5, "closed", account="field-support", disposition="abandoned"))
    told.append(more(HUNG_UP + 5, "resolved", resolved=False))
    return sorted(told, key=lambda one: one.time)


def _with_the_story(made: Iterator[Call], story: list[LogEvent]) -> Iterator[list[LogEvent]]:
    """The dispatches in the order they begin, with that call among them, and no other of the same account near it."""
    told = False
    for call in made:
        begins = call.trace.at
        if not told and begins >= CALLED_AT.timestamp():
            yield story
            told = True
        if call.trace.account != "field-support" or abs(begins - CALLED_AT.timestamp()) > 1800:
            yield call.events


if __name__ == "__main__":
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_bytes(example())
