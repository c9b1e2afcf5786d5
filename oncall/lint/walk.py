"""Properties of time, proved: a state that only changes at known instants is asked between all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Generic, TypeVar

from msgspec import Struct

State = TypeVar("State")
Span = tuple[int, int]


class Stretch(Struct, Generic[State], frozen=True):
    """A state and how long it holds, half-open, in instants."""

    start: int
    end: int
    state: State


def walk(start: int, end: int, edges: Iterable[int], state: Callable[[int], State]) -> Iterator[Stretch[State]]:
    """The states from one instant to another. `edges` has every instant at which the state may change; neighbours with
    the same state are one stretch."""
    moments = [start, *sorted({edge for edge in edges if start < edge < end}), end]
    begun, current = start, state(start)
    for moment in moments[1:-1]:
        new = state(moment)
        if new != current:
            yield Stretch(begun, moment, current)
            begun, current = moment, new
    if start < end:
        yield Stretch(begun, end, current)


def where(stretches: Iterable[Stretch[State]], holds: Callable[[State], bool]) -> list[Span]:
    """The stretches in which something holds of the state; those that touch are one."""
    found: list[Span] = []
    for one in stretches:
        if not holds(one.state):
            continue
        if found and found[-1][1] == one.start:
            found[-1] = (found[-1][0], one.end)
        else:
            found.append((one.start, one.end))
    return found


def together(spans: Mapping[str, Iterable[Span]], start: int, end: int) -> Iterator[Stretch[frozenset[str]]]:
    """Who is there, of those whose spans are given, from one instant to another: each stretch differs from the next."""
    changes: dict[int, list[str]] = {start: []}
    for who, theirs in spans.items():
        for span in within(theirs, start, end):
            for instant in span:
                changes.setdefault(instant, []).append(who)
    now: set[str] = set()

    def state(instant: int) -> frozenset[str]:
        for who in changes[instant]:  # once where a span begins or ends, twice where one ends as another begins
            now.symmetric_difference_update((who,))
        return frozenset(now)

    return walk(start, end, changes, state)


def gaps(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """What sorted spans, without overlaps, leave of the time between two instants."""
    edges = [start, *chain.from_iterable(within(spans, start, end)), end]
    return [(first, last) for first, last in zip(edges[::2], edges[1::2], strict=True) if first < last]


def within(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """Sorted spans as far as they lie between two instants."""
    return [(max(first, start), min(last, end)) for first, last in spans if first < end and last > start]


def without(spans: Sequence[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of sorted spans, without overlaps, when others like them are taken away."""
    return common(spans, gaps(taken, spans[0][0], spans[-1][1])) if spans else []


def common(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """What two lists of sorted spans, each without overlaps, have in common."""
    found: list[Span] = []
    rest = iter(other)
    now = next(rest, None)
    for start, end in one:
        while now is not None and now[1] <= start:
            now = next(rest, None)
        while now is not None and now[0] < end:
            found.append((max(start, now[0]), min(end, now[1])))
            if now[1] > end:
                break
            now = next(rest, None)
    return found
