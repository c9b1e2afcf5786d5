"""What the engine is told that no assumed response would say: out of turn, too late, twice, or of nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from oncall.errors import OncallError
from oncall.escalation.engine import Dispatch
from oncall.escalation.trace import Event, Start, Stop, Tell
from oncall.model import Account, Name
from oncall.plan import OutsideWindowError

from .plans import ACCOUNT, AT, DAY, DISPATCH, Dry, feed, make_plan, told
from .test_cases import dry_run

CALL = {
    "people": {"ann": ["voice 20s", "sms 30s"], "ben": ["voice 20s"]},
    "policy": {"tiers": [{"notify": "primary", "ack_window": "60s"}, {"notify": "backup", "ack_window": "60s"}]},
    "contacts": {"primary": "ann", "backup": "ben"},
}
MESSAGE = {**CALL, "people": {"ann": ["sms 10s", "email 10s"], "ben": ["voice 20s"]}}
RECOVERING = {
    **MESSAGE,
    "policy": {**CALL["policy"], "recovery": {"owner": "backup", "due_within": "60s"}},
}


def after(case: dict[str, Any], *events: Event) -> dict[str, Any]:
    return told(feed(dry_run(case), events).trace())


def of(name: str) -> str:
    return f"{DISPATCH}/1/{name}"


def attempts(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(name.removeprefix(f"{DISPATCH}/1/"), *rest) for name, *rest in found["attempts"]]


def test_a_message_that_failed_can_still_be_acknowledged() -> None:
    found = after(
        MESSAGE, Event(2, "ended", of("primary/ann/1"), "failed"), Event(9, "acknowledged", of("primary/ann/1"))
    )
    assert found["reached"] == "ann"
    assert attempts(found) == [
        ("primary/ann/1", 0, 9, "acknowledged", True),
        ("primary/ann/2", 2, None, "no_response", False),
    ]


def test_nothing_is_acknowledged_by_a_message_to_somebody_who_declined() -> None:
    found = after(
        MESSAGE, Event(2, "ended", of("primary/ann/1"), "declined"), Event(9, "acknowledged", of("primary/ann/1"))
    )
    assert found["disposition"] == "exhausted"
    assert attempts(found) == [
        ("primary/ann/1", 0, 2, "declined", False),
        ("backup/ben/1", 2, 22, "no_answer", False),
    ]


def test_a_second_outcome_of_an_attempt_means_nothing() -> None:
    once = Event(3, "ended", of("primary/ann/1"), "busy")
    assert after(CALL, once, Event(5, "ended", of("primary/ann/1"), "voicemail")) == after(CALL, once)
    assert after(CALL, once, Event(5, "answered", of("primary/ann/1"))) == after(CALL, once)


def test_a_message_does_not_end_cancelled_and_is_not_picked_up() -> None:
    for outcome in ("cancelled", "busy", "voicemail", "no_answer"):
        assert after(MESSAGE, Event(3, "ended", of("primary/ann/1"), outcome)) == after(MESSAGE)


def test_whoever_acknowledges_twice_has_acknowledged_once() -> None:
    first, second = (Event(at, "acknowledged", of("primary/ann/1")) for at in (90, 95))
    found = after(RECOVERING, first, second)
    assert found == after(RECOVERING, first)
    assert found["callback"]["owner"] == "ann"
    assert found["callback"]["opened"] == 80


def test_whoever_was_not_told_of_a_callback_cannot_complete_it() -> None:
    dry = dry_run(RECOVERING)
    dispatch = feed(dry, [], until=80)
    dispatch.tell(Event(85, "completed", person="ann"))
    while dispatch.disposition is None:
        assert dispatch.until is not None
        dispatch.go_on(dispatch.until)
    assert dispatch.disposition == "overdue"


def test_nothing_that_is_told_after_the_end_changes_it() -> None:
    dry = dry_run(CALL)
    dispatch = feed(dry, [Event(5, "acknowledged", of("primary/ann/1"))])
    whole = dispatch.trace()
    for late in (Event(9, "acknowledged", of("primary/ann/1")), Event(9, "hung_up")):
        assert dispatch.tell(late) == []
    assert dispatch.go_on(20) == []
    assert (dispatch.until, dispatch.trace()) == (None, whole)


def test_a_second_hang_up_means_nothing() -> None:
    assert after(RECOVERING, Event(5, "hung_up"), Event(9, "hung_up")) == after(RECOVERING, Event(5, "hung_up"))


def test_an_attempt_that_was_never_begun_is_an_error() -> None:
    dispatch = feed(dry_run(CALL), [], until=0)
    for event in (Event(1, "acknowledged", of("backup/ben/1")), Event(1, "ended", of("primary/ann/2"), "busy")):
        with pytest.raises(KeyError):
            dispatch.tell(event)


def test_the_engine_cannot_be_asked_past_what_is_due() -> None:
    dispatch = feed(dry_run(CALL), [], until=0)
    assert dispatch.until == 20
    with pytest.raises(ValueError, match="due at 20"):
        dispatch.go_on(21)
    with pytest.raises(ValueError, match="due at 20"):
        dispatch.tell(Event(21, "hung_up"))


def test_what_is_told_late_counts_from_the_instant_the_engine_has_come_to() -> None:
    dispatch = feed(dry_run(CALL), [], until=20)
    dispatch.tell(Event(12, "acknowledged", of("primary/ann/2")))
    assert (dispatch.disposition, dispatch.trace().after) == ("reached", 20)


def kinds(actions: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [
        (type(one), one.at, one.person if isinstance(one, Tell) else one.attempt.removeprefix(f"{DISPATCH}/1/"))
        for one in actions
    ]


def test_the_engine_says_what_to_start_what_to_stop_and_whom_to_tell() -> None:
    dispatch = feed(dry_run({**RECOVERING, "people": CALL["people"]}), [], until=-1)
    assert kinds(dispatch.go_on(0)) == [(Start, 0, "primary/ann/1")]
    assert kinds(dispatch.tell(Event(5, "hung_up"))) == [(Stop, 5, "primary/ann/1"), (Tell, 5, "ben")]
    assert dispatch.until == 65


def test_an_acknowledgement_stops_what_rings_and_not_what_acknowledged() -> None:
    beside = {**CALL, "policy": {"tiers": [{"notify": "primary", "order": "simultaneous"}]}}
    dispatch = feed(dry_run({**beside, "contacts": {"primary": ["ann", "ben"]}}), [], until=0)
    assert kinds(dispatch.tell(Event(5, "acknowledged", of("primary/ben/1")))) == [(Stop, 5, "primary/ann/1")]


def test_whoever_acknowledges_late_is_told_once_that_the_callback_is_theirs() -> None:
    dispatch = feed(dry_run(RECOVERING), [], until=80)
    name = of("primary/ann/1")
    assert kinds(dispatch.tell(Event(90, "acknowledged", name))) == [(Tell, 90, "ann")]
    assert kinds(dispatch.tell(Event(90, "acknowledged", name))) == []


def test_an_account_without_a_policy_cannot_be_escalated() -> None:
    plan = make_plan({}, dry_run(CALL).policy, Account(ACCOUNT))
    with pytest.raises(OncallError, match="no `policy:`"):
        Dispatch(plan, ACCOUNT, AT)
    plan = make_plan({}, dry_run(CALL).policy, Account(ACCOUNT, policy=Name("another")))
    with pytest.raises(OncallError, match="'another'"):
        Dispatch(plan, ACCOUNT, AT)


def test_a_dispatch_that_leads_out_of_its_plan_says_so() -> None:
    dry = dry_run(CALL)
    with pytest.raises(OutsideWindowError):
        Dry(dry.plan, at=AT + 2 * DAY - 30).run()
    assert Dry(dry.plan, at=AT + 2 * DAY - 81).run().disposition == "exhausted"
