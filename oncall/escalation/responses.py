"""How people respond: what a dry run assumes, as scenarios and the command line write it.

A response is an outcome, or `{outcome: delay}`, or a list of these for the first, second … try, after which nobody
responds; not in a list it holds for every try. For a person it covers every channel, or it is given by channel, `*`
being all that are not named. Delays count from the attempt's start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from msgspec import Struct

from oncall import times
from oncall.escalation.trace import Event
from oncall.model import Channel, Outcome
from oncall.spelling import suggestion

CHANNELS: tuple[str, ...] = get_args(Channel)
OUTCOMES: tuple[str, ...] = tuple(outcome for outcome in get_args(Outcome) if outcome != "cancelled")
_SCHEME = re.compile(r"\s*(?:tel|sips?|mailto):", re.IGNORECASE)
EVERY_CHANNEL = "*"
ACKNOWLEDGED, ENDS = "acknowledged", "ends"

_AFTER_THE_WAIT = ("voicemail", "no_answer")


class ResponseError(ValueError):
    """A response that means nothing, and where in what was written."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path


class Response(Struct, frozen=True):
    """One response: an outcome some seconds after the attempt's start, by default at once, for voicemail and no answer
    at the end of its wait. After `answered`, `then` is `acknowledged` or `ends`, at `then_after`."""

    outcome: str
    after: int | None = None
    then: str | None = None
    then_after: int = 0

    def events(self, attempt: str, started: float, wait: float) -> Iterator[Event]:
        """What the engine is told of it."""
        if self.outcome == "no_response":
            return
        default = wait if self.outcome in _AFTER_THE_WAIT else 0
        at = started + (default if self.after is None else self.after)
        if self.outcome == "acknowledged":
            yield Event(at, "acknowledged", attempt)
        elif self.outcome != "answered":
            yield Event(at, "ended", attempt, self.outcome)
        else:
            yield Event(at, "answered", attempt)
            if self.then == ACKNOWLEDGED:
                yield Event(started + self.then_after, "acknowledged", attempt)
            else:
                yield Event(started + self.then_after if self.then else at, "ended", attempt, "voicemail")


class Tries(Struct, frozen=True):
    """The responses to the first, second … try; the only one to every try where `always`."""

    responses: tuple[Response, ...]
    always: bool = False

    def of(self, number: int) -> Response | None:
        """The response to a try, counted from 0."""
        if self.always:
            return self.responses[0]
        return self.responses[number] if number < len(self.responses) else None


ByChannel = Mapping[str, Tries]  # a channel, or EVERY_CHANNEL for all that are not named
Given = Mapping[str, ByChannel]  # by person


def responses_of(written: Any) -> ByChannel:
    """What a scenario says of one person, as YAML holds it: texts, mappings and lists. ResponseError says where it
    means nothing."""
    known = (*CHANNELS, EVERY_CHANNEL)
    if isinstance(written, dict) and written and all(key in known for key in written):
        return {channel: _within(_tries, value, channel) for channel, value in written.items()}
    if isinstance(written, dict) and any(key in known for key in written):
        odd = next(key for key in written if key not in known)
        raise ResponseError(f"`{odd}` is no channel, and the others here are{suggestion(odd, CHANNELS)}", odd)
    return {EVERY_CHANNEL: _tries(written)}


def _within(read: Any, value: Any, step: str | int) -> Any:
    try:
        return read(value)
    except ResponseError as error:
        raise ResponseError(str(error), step, *error.path) from None


def _tries(written: Any) -> Tries:
    if isinstance(written, list):
        return Tries(tuple(_within(_response, one, index) for index, one in enumerate(written)))
    return Tries((_response(written),), always=True)


def _response(written: Any) -> Response:
    if isinstance(written, str):
        return Response(_outcome(written))
    if not isinstance(written, dict) or not written:
        raise ResponseError(f"a response belongs here: one of {', '.join(OUTCOMES)}, or {{OUTCOME: DELAY}}")
    (first, delay), *rest = written.items()
    outcome = _outcome(first, first)
    after = _delay(delay, first)
    if not rest:
        return Response(outcome, after)
    (then, then_delay), *more = rest
    if outcome != "answered" or then not in (ACKNOWLEDGED, ENDS) or more:
        wrong = more[0][0] if more else then
        message = f"`{wrong}` cannot follow: only `answered` is followed, by `{ACKNOWLEDGED}` or `{ENDS}`"
        raise ResponseError(f"{message}; write a list for the first, second … try", wrong)
    then_after = _delay(then_delay, then)
    if then_after is None or then_after < (after or 0):
        raise ResponseError(f"`{then}` counts from the attempt's start too, and comes after `answered`", then)
    return Response(outcome, after or 0, then, then_after)


def _outcome(text: str, *path: str) -> str:
    if text in OUTCOMES:
        return text
    if text == "cancelled":
        raise ResponseError("`cancelled` is what the chain does to an attempt, and no response", *path)
    if text in CHANNELS and path:
        raise ResponseError(f"`{text}` is a channel and is no response: a channel cannot stand inside another", *path)
    hint = suggestion(text, (*OUTCOMES, *CHANNELS)) or f"; there are {', '.join(OUTCOMES)}"
    raise ResponseError(f"{text!r} is no response{hint}", *path)


def _delay(text: Any, *path: str) -> int | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise ResponseError("a delay belongs here, such as 12s", *path)
    try:
        return times.parse_duration(text)
    except ValueError as error:
        raise ResponseError(str(error), *path) from None


def parse_given(text: str) -> tuple[str, str, Tries]:
    """`PERSON[:CHANNEL]=OUTCOME[@DELAY]`, tries separated by commas: the person, the channel or EVERY_CHANNEL, and the
    responses. `answered@5s+acknowledged@9s` says what follows picking up."""
    who, equals, what = text.partition("=")
    scheme = _SCHEME.match(who)
    name, colon, channel = (part.strip() for part in who[scheme.end() if scheme else 0 :].partition(":"))
    person = (scheme[0].strip() if scheme else "") + name
    if not equals or not person or not what.strip():
        raise ResponseError(f"{text!r} is no response: write PERSON[:CHANNEL]=OUTCOME[@DELAY], as in tech-1=busy")
    if colon and channel not in CHANNELS:
        raise ResponseError(f"{channel!r} is no channel{suggestion(channel, CHANNELS) or ': ' + ', '.join(CHANNELS)}")
    tries = [_typed(one.strip()) for one in what.split(",") if one.strip()]
    if not tries:
        raise ResponseError(f"{text!r} is no response: write PERSON[:CHANNEL]=OUTCOME[@DELAY], as in tech-1=busy")
    return person, channel or EVERY_CHANNEL, Tries(tuple(tries), always="," not in what)


def _typed(text: str) -> Response:
    written: dict[str, str | None] = {}
    for part in text.split("+"):
        outcome, at, delay = (word.strip() for word in part.partition("@"))
        if outcome in written:
            raise ResponseError(f"`{outcome}` cannot follow `{outcome}`: several tries are separated by commas")
        if at and not delay:
            raise ResponseError(f"{text!r} has an @ and no delay after it: write {outcome}@12s")
        written[outcome] = delay or None
    return _response(written)


def written_responses(by_channel: ByChannel) -> Any:
    """Responses as a scenario writes them."""
    if list(by_channel) == [EVERY_CHANNEL]:
        return _written_tries(by_channel[EVERY_CHANNEL])
    return {channel: _written_tries(tries) for channel, tries in by_channel.items()}


def _written_tries(tries: Tries) -> Any:
    written = [_written(response) for response in tries.responses]
    return written[0] if tries.always else written


def _written(response: Response) -> Any:
    if response.after is None and response.then is None:
        return response.outcome
    written = {response.outcome: times.show_duration(response.after or 0)}
    if response.then:
        written[response.then] = times.show_duration(response.then_after)
    return written
