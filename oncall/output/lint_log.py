"""What an event log could not tell the rules that go by one, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import tzinfo

from oncall import times
from oncall.lint.logged import Logged

_MOST = 3


def unjudged_lines(log: Logged, zone: tzinfo, takes: Callable[[str], bool]) -> Iterator[str]:
    """What was not judged by a log and why, as far as its rule was asked for; and which plans were not those of the
    time."""
    if takes("OC501"):
        yield from _of_the_period(log, zone)
    if takes("OC502") and log.unsure:
        yield f"OC502: {_dispatches(log.unsure)} proved nothing: evidence is missing, and `oncall replay` says which"
    for why, number in _most(log.unplanned):
        yield f"{_dispatches(number)} could not be judged: {why}"
    for why, number in _most(log.today):
        yield f"{_dispatches(number)} {'was' if number == 1 else 'were'} held against today's files: {why}"


def _of_the_period(log: Logged, zone: tzinfo) -> Iterator[str]:
    """How much of the period that OC501 is about the log does not tell."""
    since = times.at(log.since, zone).date()
    period = f"the {times.show_duration(log.every)} that `lint.exercise_every` asks for begin on {since}"
    if log.first is None:
        yield "OC501 is not judged: there is no dispatch in the log"
    elif log.cut:
        yield "OC501 is not judged: the log is damaged, and nobody knows what came after"
    elif log.first > log.since:
        yield f"OC501 is not judged: the log begins on {times.at(log.first, zone).date()}, and {period}"
    else:
        unclear = [name for name, one in sorted(log.accounts.items()) if one.unclear and not one.taken]
        if unclear:
            more = f" and {len(unclear) - _MOST} more" if len(unclear) > _MOST else ""
            shown = ", ".join(unclear[:_MOST]) + more
            yield f"OC501 is not judged for {shown}: missing evidence may hide that the backup took a dispatch"


def _most(found: Counter[str]) -> Iterator[tuple[str, int]]:
    """The commonest of reasons, and the others together."""
    yield from found.most_common(_MOST)
    others = sum(found.values()) - sum(number for _, number in found.most_common(_MOST))
    if others:
        yield "other reasons", others


def _dispatches(number: int) -> str:
    return f"{number:,} dispatch{'' if number == 1 else 'es'}"
