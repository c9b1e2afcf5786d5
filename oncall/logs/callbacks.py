"""Who called, so that an outgoing call can be told to be a callback: one to the number of somebody who had called."""

from __future__ import annotations

from bisect import bisect_right, insort
from datetime import datetime, timedelta

WITHIN = timedelta(days=1)  # of a call, an outgoing one to its caller is a callback
MOST_CALLERS = 200_000
_SHORTEST = 7  # digits that say whose a number is, with or without its country
_MOST_ALIKE = 50


class Callers:
    """The calls that came in, by the number of the caller."""

    def __init__(self) -> None:
        self._calls: dict[str, list[tuple[float, str, str]]] = {}
        self._count = 0

    def add(self, number: str, dispatch: str, start: datetime) -> None:
        """One more call that came in."""
        if number and self._count < MOST_CALLERS:
            self._count += 1
            insort(self._calls.setdefault(_key(number), []), (start.timestamp(), dispatch, number))

    def called(self, number: str, time: datetime) -> str | None:
        """The last dispatch that came from a number within a day before a time, however either is written."""
        calls = self._calls.get(_key(number), [])
        until = bisect_right(calls, time.timestamp(), key=lambda call: call[0])
        for start, dispatch, caller in reversed(calls[max(0, until - _MOST_ALIKE) : until]):
            if time.timestamp() - start > WITHIN.total_seconds():
                return None
            if _is_same(caller, number):
                return dispatch
        return None


def _digits(number: str) -> str:
    return "".join(letter for letter in number if letter.isdigit()).lstrip("0")


def _key(number: str) -> str:
    digits = _digits(number)
    return digits[-_SHORTEST:] if len(digits) >= _SHORTEST else number.casefold().strip()


def _is_same(caller: str, number: str) -> bool:
    """Whether two texts with one key are one number: either may lack its country, or have what dials an outside line
    before it."""
    first, second = _digits(caller), _digits(number)
    return first.endswith(second) or second.endswith(first)
