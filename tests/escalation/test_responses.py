"""What people write about responses: `responses.yaml` holds what it means, or what is said of what means nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from oncall.escalation.responses import (
    CHANNELS,
    EVERY_CHANNEL,
    OUTCOMES,
    ByChannel,
    Response,
    ResponseError,
    Tries,
    parse_given,
    responses_of,
    written_responses,
)
from oncall.escalation.trace import Event

from . import generate

CASES = yaml.load((Path(__file__).parent / "responses.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)


def nulls(written: Any) -> Any:
    """What was left empty is nothing, as in a workspace."""
    if isinstance(written, dict):
        return {key: nulls(value) for key, value in written.items()}
    if isinstance(written, list):
        return [nulls(one) for one in written]
    return written or None


def cases(kind: str, key: str) -> list[Any]:
    return [pytest.param(case, id=str(case[kind])) for case in CASES if kind in case and key in case]


def shown(by_channel: ByChannel) -> dict[str, Any]:
    return {channel: shown_tries(tries) for channel, tries in by_channel.items()}


def shown_tries(tries: Tries) -> Any:
    lines = [shown_response(one) for one in tries.responses]
    return lines[0] if tries.always else lines


def shown_response(one: Response) -> str:
    line = f"{one.outcome} {'-' if one.after is None else one.after}"
    return f"{line} {one.then} {one.then_after}" if one.then else line


def comes(tries: Tries) -> Any:
    """What comes of tries: however a default was written, the same."""
    return tries.always, [list(one.events("a", started=0, wait=25)) for one in tries.responses]


def all_that_comes(by_channel: ByChannel) -> dict[str, Any]:
    return {channel: comes(tries) for channel, tries in by_channel.items()}


@pytest.mark.parametrize("case", cases("written", "means"))
def test_responses_mean_what_their_case_says(case: dict[str, Any]) -> None:
    assert shown(responses_of(nulls(case["written"]) or case["written"])) == case["means"]


@pytest.mark.parametrize("case", cases("written", "says"))
def test_what_means_nothing_says_why_and_where(case: dict[str, Any]) -> None:
    with pytest.raises(ResponseError) as caught:
        responses_of(nulls(case["written"]) or case["written"])
    assert case["says"] in str(caught.value)
    assert [str(step) for step in caught.value.path] == case.get("at", [])


@pytest.mark.parametrize("case", cases("typed", "means"))
def test_what_is_typed_means_what_its_case_says(case: dict[str, Any]) -> None:
    person, channel, tries = parse_given(case["typed"])
    assert {person: {channel: shown_tries(tries)}} == case["means"]


@pytest.mark.parametrize("case", cases("typed", "says"))
def test_what_is_typed_wrong_says_what_to_write(case: dict[str, Any]) -> None:
    with pytest.raises(ResponseError) as caught:
        parse_given(case["typed"])
    assert case["says"] in str(caught.value)


@pytest.mark.parametrize("case", cases("written", "means"))
def test_responses_written_as_a_scenario_are_read_as_the_same(case: dict[str, Any]) -> None:
    meant = responses_of(nulls(case["written"]) or case["written"])
    assert all_that_comes(responses_of(written_responses(meant))) == all_that_comes(meant)


@settings(max_examples=200)
@given(generate.numbers)
def test_any_responses_written_as_a_scenario_are_read_as_the_same(number: int) -> None:
    meant = responses_of(generate.responses(generate.Dice(number)))
    assert all_that_comes(responses_of(written_responses(meant))) == all_that_comes(meant)


def test_what_is_typed_of_a_person_and_of_one_of_their_channels_can_be_written_as_a_scenario() -> None:
    typed = [parse_given("tech-1=busy"), parse_given("tech-1:sms=acknowledged@5s")]
    meant = {channel: tries for _, channel, tries in typed}
    read = responses_of(written_responses(meant))
    for channel in CHANNELS:
        assert comes(read.get(channel) or read[EVERY_CHANNEL]) == comes(meant.get(channel) or meant[EVERY_CHANNEL])


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_comes_at_once_voicemail_and_no_answer_at_the_end_of_the_wait(outcome: str) -> None:
    came = [event.at for event in Response(outcome).events("a", started=100, wait=25)]
    if outcome == "no_response":
        assert came == []
    elif outcome in ("voicemail", "no_answer"):
        assert came == [125]
    else:
        assert set(came) == {100}


def test_delays_count_from_the_start_of_the_attempt() -> None:
    response = Response("answered", 5, "acknowledged", 9)
    assert list(response.events("a", started=100, wait=25)) == [
        Event(105, "answered", "a"),
        Event(109, "acknowledged", "a"),
    ]
    assert list(Response("answered", 5, "ends", 9).events("a", started=100, wait=25)) == [
        Event(105, "answered", "a"),
        Event(109, "ended", "a", "voicemail"),
    ]
    assert list(Response("answered", 5).events("a", started=100, wait=25)) == [
        Event(105, "answered", "a"),
        Event(105, "ended", "a", "voicemail"),
    ]


def test_after_the_tries_of_a_list_nobody_responds_and_what_is_no_list_holds_for_every_try() -> None:
    some, every = responses_of(["busy", "declined"])["*"], responses_of("busy")["*"]
    assert [one and one.outcome for one in map(some.of, range(4))] == ["busy", "declined", None, None]
    assert [one and one.outcome for one in map(every.of, range(4))] == ["busy"] * 4
    assert responses_of([])["*"].of(0) is None
