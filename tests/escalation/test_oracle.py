"""The engine beside an oracle that counts seconds: the same dispatch, whatever the plan and whoever responds how."""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from hypothesis import given, settings

from oncall.escalation.engine import Dispatch
from oncall.escalation.trace import Event, Start, Tell, Trace

from . import generate
from .oracle import Happenings, narrate
from .plans import ACCOUNT, DISPATCH, Dry, told


@settings(max_examples=2000)
@given(generate.dry_runs)
def test_the_engine_says_what_counting_seconds_says(dry: Dry) -> None:
    assert told(dry.run()) == narrate(dry)


@settings(max_examples=1500)
@given(generate.dry_runs, generate.numbers)
def test_the_engine_says_so_too_of_what_happens_late_twice_or_out_of_turn(dry: Dry, number: int) -> None:
    def happenings(attempt: str) -> Happenings:
        dice = generate.Dice(crc32(f"{number}/{attempt}".encode()))
        what = ("answered", "answered", *(one for one in generate.ENDS if one != "no_response"))
        return dice.times(0, 3, lambda: (dice.of(generate.DELAYS), dice.of(what)))

    # A conversation that nobody ends has no end, and neither has its dispatch.
    def ended(attempt: str) -> Happenings:
        return [*happenings(attempt), (60, "voicemail")]

    assert told(happening(dry, ended)) == narrate(dry, lambda name: ended(f"{DISPATCH}/{name}"))


def happening(dry: Dry, happenings: Callable[[str], Happenings]) -> Trace:
    """A dispatch to whose attempts something happens, whatever it is."""
    dispatch = Dispatch(dry.plan, ACCOUNT, dry.at, DISPATCH)
    ahead = [] if dry.hang_up is None else [Event(dry.hang_up, "hung_up")]
    while dispatch.disposition is None:
        ahead.sort(key=lambda one: (one.at, dispatch.order(one)))
        if ahead and (dispatch.until is None or ahead[0].at <= dispatch.until):
            actions = dispatch.tell(ahead.pop(0))
        else:
            assert dispatch.until is not None
            actions = dispatch.go_on(dispatch.until)
        for one in actions:
            if isinstance(one, Tell) and one.person in dry.callbacks:
                ahead.append(Event(one.at + dry.callbacks[one.person], "completed", person=one.person))
            for delay, what in happenings(one.attempt) if isinstance(one, Start) else ():
                kind = what if what in ("acknowledged", "answered") else "ended"
                ahead.append(Event(one.at + delay, kind, one.attempt, what if kind == "ended" else ""))
    return dispatch.trace()
