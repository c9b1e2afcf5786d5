"""Where what happened leaves what was due: actual and expected attempts side by side.

The two are taken attempt by attempt. An actual attempt stands beside the one that is due next (in a tier that tries
everybody side by side: beside any that is due next in it) if it tries the same person in the same way, no more than
TOLERANCE off, and nothing is under way there that has its time left. Where it does not, the first of these names the
difference: `unknown_contact`, `blast`, `extra_attempt`, `wrong_channel`, `late`, `early`, `skipped_tier`,
`skipped_step`, `wrong_person`. After that the two are brought together again: an attempt that comes later in the policy
stands beside that one, and what was due before it has been left out; one that comes nowhere stands in the place of what
was due, unless what was due follows it.

Somebody who is tried in another's turn, say with ann due by sms at 20s and ben, of the next tier, at 45s:

    ben at 1s, ann tried as well           early: ben's turn came later, and nobody was left out
    ben at 1s or 45s, ann never tried      skipped_tier
    ben at 45s, ann tried, but not by sms  skipped_step
    ann by voice once more at 22s          extra_attempt: she is on call, but nothing more was due of her
    ann by voice once more at 50s          wrong_person: it is the turn of ben's tier
    cal, on call in no tier of the policy  wrong_person
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from oncall import times
from oncall.escalation.trace import Attempt
from oncall.logs.shows import EVERYTHING, Shows
from oncall.replay.chain import Chain
from oncall.replay.verdict import TOLERANCE, UNKNOWN, ActualAttempt, Divergence, ExpectedAttempt, Kind


class Aligned(Struct, frozen=True):
    """The place of the actual attempt beside each expected one, and where the two part."""

    beside: dict[int, int]
    divergences: tuple[Divergence, ...]


def align(
    chain: Chain,
    expected: Sequence[ExpectedAttempt],
    actual: Sequence[ActualAttempt],
    ended: float,
    shows: Shows = EVERYTHING,
) -> Aligned:
    """Hold what happened against what was due, in a dispatch that ended at a time. `shows` is what the log can show
    at all: of what was due on other channels it says nothing."""
    aligning = _Aligning(chain, expected, actual, ended)
    aligning.left = [place for place in aligning.left if shows.shows_channel(expected[place].attempt.channel)]
    waiting = list(range(len(actual)))
    while waiting:
        aligning.take(waiting.pop(aligning.next_of(waiting)))
    aligning.finish()
    return Aligned(aligning.beside, tuple(aligning.divergences))


class _Aligning:
    """How far the two have been held against each other; `left` are the expected attempts not yet accounted for."""

    def __init__(
        self, chain: Chain, expected: Sequence[ExpectedAttempt], actual: Sequence[ActualAttempt], ended: float
    ) -> None:
        self._chain = chain
        self._expected = [one.attempt for one in expected]
        self._actual = actual
        self._ended = ended
        self._taken: list[int] = []
        self._tried = frozenset(attempt.person for attempt in actual)
        self.left = list(range(len(expected)))
        self.beside: dict[int, int] = {}
        self.divergences: list[Divergence] = []

    def next_of(self, waiting: Sequence[int]) -> int:
        """Which of the actual attempts comes next: of several at one instant, one that was due."""
        first = self._actual[waiting[0]].started
        if len(waiting) == 1 or self._actual[waiting[1]].started > first:
            return 0
        due = self._due()
        for number, place in enumerate(waiting):
            if self._actual[place].started > first:
                break
            if self._on_time(place, due) is not None:
                return number
        return 0

    def take(self, place: int) -> None:
        """The next actual attempt."""
        due = self._due()
        index = self._on_time(place, due)
        self._taken.append(place)
        if index is not None and not self._is_blast(place, index):
            self._pair(index, place)
            return
        kind, about = self._name(place, due)
        self.divergences.append(self._divergence(kind, place, about))
        self._bring_together(place, due, kind)

    def finish(self) -> None:
        """No further actual attempt: whether one was due."""
        for index in self.left:
            due = self._expected[index]
            if self._ended - due.started > TOLERANCE:
                file, line = self._chain.place_of(due)
                nobody = "nobody was tried any more" if self._actual else "nobody was tried"
                message = f"{nobody}; {_due(due.person, due.channel, due.started)}"
                self.divergences.append(
                    Divergence("stopped_early", due.started, message, None, file, line, expected=index)
                )
                return

    def _due(self) -> list[int]:
        """The expected attempts that may come next: one, or those of a tier that tries everybody side by side."""
        if not self.left:
            return []
        first = self._expected[self.left[0]]
        if first.tier not in self._chain.side_by_side_tiers:
            return self.left[:1]
        found, seen = [], set()
        for index in self.left:
            other = self._expected[index]
            if index != self.left[0] and not self._chain.side_by_side(first, other):
                break
            if other.person not in seen:
                found.append(index)
                seen.add(other.person)
        return found

    def _on_time(self, place: int, due: Sequence[int]) -> int | None:
        """The expected attempt that an actual one is, and in time."""
        one = self._actual[place]
        for index in due:
            if self._is_same(index, one) and abs(one.started - self._expected[index].started) <= TOLERANCE:
                return index
        return None

    def _is_same(self, index: int, one: ActualAttempt) -> bool:
        """Whether an actual attempt is the expected one, when leaving time aside."""
        due = self._expected[index]
        if due.person != one.person or due.channel != one.channel:
            return False
        return self._chain.reaches_same(one.address, due.address)

    def _pair(self, index: int, place: int) -> None:
        self.beside[index] = place
        self.left.remove(index)

    # What it is called.

    def _name(self, place: int, due: Sequence[int]) -> tuple[Kind, int | None]:
        """The first that names the difference, and the expected attempt it is about."""
        one = self._actual[place]
        first = due[0] if due else None
        if one.person is None:
            return "unknown_contact", first
        if self._is_blast(place):
            return "blast", first
        if first is None:
            return "extra_attempt", None
        return self._of_this_person(one, due) or self._of_another(one, first)

    def _of_this_person(self, one: ActualAttempt, due: Sequence[int]) -> tuple[Kind, int] | None:
        """The difference where the person is one who was due."""
        for index in due:
            if self._expected[index].person == one.person:
                if not self._is_same(index, one):
                    return "wrong_channel", index
                return ("late" if one.started > self._expected[index].started else "early"), index
        return None

    def _of_another(self, one: ActualAttempt, first: int) -> tuple[Kind, int]:
        """The difference where somebody else was due, and the expected attempt it is about."""
        due = self._expected[first]
        turn = next((index for index in self.left if self._expected[index].person == one.person), None)
        if turn is None:
            return self._without_turn(one, due), first
        is_later_tier = self._expected[turn].tier != due.tier
        if is_later_tier and due.person not in self._tried:
            return "skipped_tier", first
        if one.started < self._expected[turn].started - TOLERANCE:
            return "early", turn
        return "skipped_step", first

    def _without_turn(self, one: ActualAttempt, due: Attempt) -> Kind:
        """The difference where nothing (more) is due of the person."""
        tier = self._chain.index(due.tier)
        if self._chain.tier_of(one.person, one.started, tier - 1) == tier:
            return "extra_attempt"
        earliest = self._chain.tier_of(one.person, one.started)
        if earliest is not None and earliest > tier:
            return "early" if due.person in self._tried else "skipped_tier"
        return "extra_attempt" if earliest is not None and one.started < due.started else "wrong_person"

    def _is_blast(self, place: int, index: int | None = None) -> bool:
        """Whether somebody, or an address, is tried while an attempt on them is still under way."""
        one = self._actual[place]
        for earlier in self._taken[:-1]:
            before = self._actual[earlier]
            if (before.ended is not None and before.ended <= one.started) or before.outcome == UNKNOWN:
                continue
            if before.person == one.person or self._chain.same_address(before.address, one.address):
                left = before.started + self._wait_of(earlier) - one.started
                if left > TOLERANCE and not (index is not None and self._is_wanted(earlier, index)):
                    return True
        return False

    def _wait_of(self, place: int) -> float:
        """How long an actual attempt is given: as the expected one beside it, where they are the same."""
        for index, other in self.beside.items():
            if other == place and self._is_same(index, self._actual[place]):
                return self._expected[index].wait
        return self._chain.wait_of(self._actual[place])

    def _is_wanted(self, earlier: int, index: int) -> bool:
        """Whether the policy itself has an expected attempt come while the one before it is under way."""
        due = self._expected[index]
        for other, place in self.beside.items():
            before = self._expected[other]
            if place == earlier and before.waited_until > due.started:
                return before.ended is None or before.ended > due.started
        return False

    def _divergence(self, kind: Kind, place: int, index: int | None) -> Divergence:
        one = self._actual[place]
        came = _came(one)
        if index is None:
            file, line = self._chain.place(self._chain.written)
            return Divergence(kind, one.started, f"{came}; nothing more was due", one.log_line, file, line, None, place)
        due = self._expected[index]
        if kind in ("wrong_person", "unknown_contact"):
            file, line = self._chain.who_of(due)
        elif kind == "skipped_tier":
            file, line = self._chain.place(self._chain.tier_written(due))
        elif kind in ("blast", "wrong_channel"):
            file, line = self._chain.place(f"people/{due.person}#contact_methods/{due.step - 1}")
        else:
            file, line = self._chain.place_of(due)
        message = f"{came}; {self._wanted(kind, place, index)}"
        return Divergence(kind, one.started, message, one.log_line, file, line, index, place)

    def _wanted(self, kind: Kind, place: int, index: int) -> str:
        """What was due in place of an attempt."""
        due, one = self._expected[index], self._actual[place]
        wanted = _due(due.person, due.channel, due.started)
        if kind == "extra_attempt":
            return f"nothing more was due of them then; {wanted}"
        if kind == "early" and due.person == one.person:
            return f"{wanted}, {times.show_duration(round(due.started - one.started))} later"
        return wanted

    # And how it goes on.

    def _bring_together(self, place: int, due: Sequence[int], kind: Kind) -> None:
        one = self._actual[place]
        same = next((index for index in self.left if self._is_same(index, one)), None)
        if same is not None and (kind in ("late", "early") or not self._comes_again(place, same)):
            if kind != "early" or same in due:
                self._leave_out(same)
            self._pair(same, place)
            return
        if kind == "extra_attempt":
            return
        by_other_means = next((index for index in due if self._expected[index].person == one.person), None)
        if kind == "wrong_channel" and by_other_means is not None:
            self._pair(by_other_means, place)
        elif due and not self._follows(place, due):
            self._pair(due[0], place)

    def _comes_again(self, place: int, index: int) -> bool:
        """Whether what is expected comes in time later on, so that this one is another."""
        at = self._expected[index].started
        return any(
            self._is_same(index, later) and abs(later.started - at) <= TOLERANCE for later in self._actual[place + 1 :]
        )

    def _follows(self, place: int, due: Sequence[int]) -> bool:
        """Whether the next actual attempt is one that was due here."""
        following = self._actual[place + 1 : place + 2]
        return any(self._is_same(index, later) for index in due for later in following)

    def _leave_out(self, index: int) -> None:
        """What was due before an attempt that has come is no longer waited for."""
        here = self._expected[index]
        self.left = [
            other for other in self.left if other >= index or self._chain.side_by_side(self._expected[other], here)
        ]


def _came(one: ActualAttempt) -> str:
    whom = one.person if one.person is not None else "a number that is nobody's"
    by = f" by {one.channel}" if one.channel else ""
    return f"{whom} was tried{by} at {_at(one.started)}"


def _due(person: str, channel: str, at: float) -> str:
    return f"{person} was due by {channel} at {_at(at)}"


def _at(seconds: float) -> str:
    whole = round(seconds)
    return f"+{times.show_duration(whole)}" if whole >= 0 else f"-{times.show_duration(-whole)}"
