"""Simulated dispatches beside the same traces built as plain dicts; run as a program, what memory they take at most.

python -m bench.dispatches FOLDER NUMBER
"""

from __future__ import annotations

import resource
import sys
from typing import Any

from oncall import times
from oncall.escalation.simulate import simulate
from oncall.plan import Plan
from oncall.workspace.opening import open_plan

START = times.instant(times.parse_instant("2026-11-02T00:00"), times.zone("America/New_York"))  # type: ignore[arg-type]
PEOPLE = (("primary", "p0", 0), ("backup", "p1", 45), ("manager", "p2", 90))


def plan_of(folder: str) -> Plan:
    return open_plan(folder, START, None)


def simulated(plan: Plan, number: int) -> None:
    """Dispatches spread over three weeks; nobody responds."""
    for n in range(number):
        trace = simulate(plan, "line", START + n * 36, dispatch=f"d{n}")
        assert len(trace.attempts) == 6


def as_dicts(number: int) -> None:
    """The same traces, written down."""
    for n in range(number):
        trace = _trace(f"d{n}", START + n * 36)
        assert len(trace["attempts"]) == 6


def _trace(dispatch: str, at: int) -> dict[str, Any]:
    attempts = []
    for tier, person, start in PEOPLE:
        for step, channel, begins, ends, outcome in (
            (1, "voice", start, start + 25, "no_answer"),
            (2, "sms", start + 25, None, "no_response"),
        ):
            attempts.append(
                {
                    "id": f"{dispatch}/1/{tier}/{person}/{step}",
                    "tier": tier,
                    "round": 1,
                    "person": person,
                    "channel": channel,
                    "address": "+12025550100",
                    "started": begins,
                    "ended": ends,
                    "outcome": outcome,
                    "confirmed": False,
                    "why": "its turn",
                }
            )
    callback = {"owner": "p2", "opened": 135, "due": 1035, "escalated_to": None, "completed": None}
    return {
        "schema": "oncall.trace/1",
        "account": "line",
        "at": at,
        "disposition": "overdue",
        "reached": None,
        "after": None,
        "attempts": attempts,
        "skipped": [],
        "callback": callback,
    }


if __name__ == "__main__":
    simulated(plan_of(sys.argv[1]), int(sys.argv[2]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
