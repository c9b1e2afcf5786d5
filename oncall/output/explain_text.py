"""`oncall explain` in sentences: for terminals and pipes, for a runbook (Markdown), and for scripts (oncall.explain/1).

The sentences are the same everywhere. They are made to be read aloud: people have names, with the id once in brackets;
lengths of time are in words; times of day are given only for what is owed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from itertools import accumulate
from string import Formatter
from typing import Any

from msgspec import Struct
from rich.cells import cell_len

from oncall import times
from oncall.errors import Problem
from oncall.escalation.trace import Attempt, Callback
from oncall.explain import (
    VOICE,
    Answered,
    Consequence,
    Declined,
    Explanation,
    Follows,
    HandOff,
    HangUp,
    Late,
    Missing,
    PassedOver,
    RunbookReview,
    Somebody,
    Stage,
    Turn,
)
from oncall.output.escape import markdown
from oncall.output.who_json import problem_object
from oncall.output.who_text import Line, Span
from oncall.output.words import day, iso, moment, safe, time_of_day

PIPE_WIDTH = 100

_THINGS = {
    "voice": "call",
    "sms": "text message",
    "whatsapp": "WhatsApp message",
    "viber": "Viber message",
    "push": "push message",
    "chat": "chat message",
    "email": "e-mail",
    "secure": "secure message",
    "pager": "pager message",
}
_REASONS = {
    "away": "is away",
    "left": "has left",
    "unidentified": "is nobody known",
    "no_usable_channel": "has no contact method that may be used here",
    "declined": "has declined",
    "already_tried": "has been tried in this round already",
    "already_sent": "has unanswered messages, and those are not sent again",
    "shared_address": "has no address that is not being tried already",
}
_HAPPENS = {  # to a call: as the first that is told, and after another
    "busy": ("the phone of {who} is busy", "if it is busy"),
    "unreachable": ("the phone of {who} is out of reach", "if it is out of reach"),
    "failed": ("the call to {who} fails", "if the call fails"),
    "voicemail": ("a voicemail takes the call to {who}", "if a voicemail takes it"),
}
_NOT_DELIVERED = {
    ("unreachable", "failed"): "cannot be delivered",
    ("unreachable",): "finds its address out of reach",
    ("failed",): "fails",
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ALL = {2: "both", 3: "all three"}
_AGAIN = {1: "once more", 2: "twice more"}


class Section(Struct, frozen=True):
    """Some sentences under a title."""

    title: str
    sentences: tuple[Line, ...]


class Told(Struct, frozen=True):
    """An explanation in words."""

    heading: Line
    sections: tuple[Section, ...]


def told(explanation: Explanation, review: RunbookReview | None, zone: tzinfo) -> Told:
    """An explanation in words, with times in a zone."""
    return _Teller(explanation, zone).told(review)


def spoken(seconds: float) -> str:
    """A length of time in words: `25 seconds`, `1 minute 30 seconds`, `2 days`."""
    left, parts = int(seconds), []
    for size, unit in ((times.DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}" if count == 1 else f"{count} {unit}s")
    return " ".join(parts) or "0 seconds"


def _say(sentence: str, **parts: str | Line) -> Line:
    """A sentence with its gaps filled: by texts, or by spans that were made before."""
    found: list[Span] = []
    for text, name, _, _ in Formatter().parse(sentence):
        found += ((text, "title"),) if text else ()
        if name:
            part = parts[name]
            found += ((safe(part), "title"),) if isinstance(part, str) else part
    return tuple(found)


def _listed(parts: Sequence[Line], last: str = "and") -> Line:
    """`a`, `a and b`, `a, b and c`."""
    found: list[Span] = []
    for index, part in enumerate(parts):
        if index:
            found.append((f" {last} " if index == len(parts) - 1 else ", ", "title"))
        found += part
    return tuple(found)


def _a(channel: str) -> str:
    thing = _THINGS[channel]
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _all(count: int) -> str:
    return _ALL.get(count, "all of them")


class _Teller:
    """Tells one explanation, and remembers who was mentioned: an id stands beside a name once, or always where the name
    is not one person's alone."""

    def __init__(self, explanation: Explanation, zone: tzinfo) -> None:
        self.facts = explanation
        self.zone = zone
        self.noun = "call" if explanation.kind == "call" else "message"
        self._mentioned: set[str] = set()
        counted = Counter(explanation.names.values())
        self._shared = {name for name, count in counted.items() if count > 1}

    def told(self, review: RunbookReview | None) -> Told:
        heading = f"{safe(self.facts.title)}: a {self.noun} on {moment(self.facts.at, self.zone)}"
        sections = (
            Section(f"The {self.noun}", tuple(self._beginning())),
            Section("First", tuple(self._first())),
            Section("Then", tuple(self._then())),
            Section(self._title_of_trouble(), tuple(self._trouble())),
            Section("If nobody answers", tuple(self._nobody_answers())),
            Section("If the caller hangs up", tuple(self._hang_up())),
            Section("The runbook", tuple(self._runbook(review))),
        )
        return Told(((heading, "name"),), tuple(one for one in sections if one.sentences))

    # People, times, and what people get.

    def _who(self, who: Somebody) -> Line:
        if who.person is None:
            return ((safe(who.name), "bad"),)
        if who.person in self._mentioned and who.name not in self._shared:
            return ((safe(who.name), "name"),)
        self._mentioned.add(who.person)
        return ((safe(who.name), "name"), (f" ({safe(who.person)})", "quiet"))

    def _person(self, person: str) -> Line:
        return self._who(Somebody(person, self.facts.names.get(person, person)))

    def _people(self, people: Iterable[Somebody]) -> Line:
        return _listed([self._who(one) for one in people])

    def _clock(self, seconds: float) -> Line:
        return ((self._time(self.facts.at + seconds), "time"),)

    def _time(self, instant: float) -> str:
        """`03:18:30`, and where that is on another day than the start `00:14 on Wed 25 Nov`."""
        clock = time_of_day(instant, self.zone)
        same_day = times.at(instant, self.zone).date() == times.at(self.facts.at, self.zone).date()
        return clock if same_day else f"{clock} on {day(instant, self.zone, self.facts.at)}"

    def _gets(self, one: Attempt, when: str) -> Line:
        """`the phone of NAME rings at once`, `NAME gets a text message at once`."""
        if one.channel == VOICE:
            return _say("the phone of {who} rings {when}", who=self._person(one.person), when=when)
        return _say("{who} gets {thing} {when}", who=self._person(one.person), thing=_a(one.channel), when=when)

    def _follows(self, follows: Follows) -> Line:
        when = "at once" if not follows.after else f"only after {spoken(follows.after)} of waiting"
        if follows.what == "attempt" and follows.attempt:
            return self._gets(follows.attempt, when)
        if follows.what == "unowned":
            return _say("there is nobody else to try, and nobody who can own a callback")
        end = "a callback is opened" if follows.what == "callback" else "it is over"
        return _say("there is nobody else to try and {end} {when}", end=end, when=when)

    # The beginning, and the chain.

    def _beginning(self) -> Iterator[Line]:
        facts = self.facts
        account: Line = ((safe(facts.title), "name"), (f" ({safe(facts.account)})", "quiet"))
        lines = _listed([((safe(line), "path"),) for line in facts.lines], "or")
        if facts.kind != "call":
            yield _say("A message for {account} is sent. Nobody is holding.", account=account)
        elif lines:
            yield _say("Somebody calls {account} on {lines} and holds.", account=account, lines=lines)
        else:
            yield _say("Somebody calls {account} and holds.", account=account)
        hours = f" ({safe(facts.hours)})" if facts.hours else ""
        if facts.promised:
            yield _say("The line promises a human at this hour{hours}.", hours=hours)
        else:
            yield _say(
                "The line promises nobody at this hour{hours}. Hours never stop a {noun}, though: all of this happens.",
                hours=hours,
                noun=self.noun,
            )
        yield _say("All times are counted from this moment.")

    @property
    def _begun(self) -> int:
        """How many tiers it takes until somebody is tried, within the first round."""
        stages = [one for one in self.facts.stages if one.round == 1]
        return next((place for place, one in enumerate(stages, 1) if one.turns), len(stages))

    def _first(self) -> Iterator[Line]:
        if not self.facts.stages:
            yield _say("Nobody is tried: the policy {policy} has no tiers.", policy=self.facts.policy)
        for stage in self.facts.stages[: self._begun]:
            yield from self._stage(stage)

    def _then(self) -> Iterator[Line]:
        for stage in self.facts.stages[self._begun :]:
            if stage.round == 1:
                yield from self._stage(stage)
        yield from self._rounds()
        for one in self.facts.hand_offs:
            yield self._idle_hand_off(one)

    def _stage(self, stage: Stage) -> Iterator[Line]:
        lead = self._lead(stage)
        if not stage.turns:
            yield self._empty(stage, lead)
            return
        yield _say("{lead}: {opening}.", lead=lead, opening=self._opening(stage.turns[0]))
        if stage.hand_off:
            yield _say("By then {taken_over}.", taken_over=self._taken_over(stage.hand_off))
        yield from self._going_on(stage.turns[0])
        for before, turn in zip(stage.turns, stage.turns[1:], strict=False):
            when = "At the same time" if turn.started == before.started else f"After {spoken(turn.started)}"
            yield _say("{when} {opening}.", when=when, opening=self._opening(turn))
            yield from self._going_on(turn)
        for one in stage.passed_over:
            yield self._passed_over(one)
        if stage.too_late:
            people = self._people(stage.too_late)
            sentence = "{people} would come next, but the time for the {role} is over first."
            yield _say(sentence, people=people, role=stage.role)

    def _lead(self, stage: Stage) -> str:
        goes = "goes" if stage.turns else "would go"
        role = safe(stage.role)
        if stage is self.facts.stages[0]:
            return f"The {self.noun} {goes} to the {role} first"
        when = f"After {spoken(stage.started)}" if stage.started else "At once"
        return f"{when} it {goes} to the {role}{' again' if stage.again else ''}"

    def _empty(self, stage: Stage, lead: str) -> Line:
        """A tier in which nobody could be tried."""
        if stage.nobody:
            why = _say("nobody is on call as {role}", role=stage.role)
        else:
            why = _listed(
                [_say("{who} {why}", who=self._who(one.who), why=self._reason(one)) for one in stage.passed_over]
            )
        lost = "" if stage.ended > stage.started else " No time is lost on that."
        return _say("{lead}, but {why}.{lost}", lead=lead, why=why, lost=lost)

    def _opening(self, turn: Turn) -> Line:
        """The first thing that people get."""
        one, people, count = turn.attempts[0], self._people(turn.people), len(turn.people)
        together = f", {_all(count)} at once" if count > 1 else ""
        if one.channel == VOICE:
            sentence = "the phone{s} of {people} {ring} for {long}{together}"
            s, ring = ("s", "ring") if count > 1 else ("", "rings")
            return _say(sentence, s=s, people=people, ring=ring, long=_ringing(one), together=together)
        get = "get" if count > 1 else "gets"
        return _say(
            "{people} {get} {thing}{together}", people=people, get=get, thing=_a(one.channel), together=together
        )

    def _going_on(self, turn: Turn) -> Iterator[Line]:
        """What answering does, where it is the first attempt of all; and what else the same people get."""
        answered = self.facts.answered
        if answered and answered.attempt is turn.attempts[0]:
            yield from self._answered(answered)
        if len(turn.attempts) < 2:
            return
        count = len(turn.people)
        who: str | Line = _all(count) if count > 1 else self._who(turn.people[0])
        things = _listed([_say(self._thing(one)) for one in turn.attempts[1:]])
        get = "get" if count > 1 else "gets"
        yield _say("If there is no answer, {who} {get} {things}.", who=who, get=get, things=things)

    def _thing(self, one: Attempt) -> str:
        """`a text message after 25 seconds`."""
        rings = f" that rings for {_ringing(one)}" if one.channel == VOICE else ""
        return f"{_a(one.channel)} after {spoken(one.started)}{rings}"

    def _answered(self, answered: Answered) -> Iterator[Line]:
        person = self._person(answered.attempt.person)
        taken = "the call" if self.noun == "call" else "it"
        if answered.enough and answered.everybody:
            sentence = "Whoever {does} has taken {taken}, and nobody else is tried."
            yield _say(sentence, does=self._does(self.facts.walk.attempts), taken=taken)
        elif answered.enough:
            sentence = "If {who} {does}, {taken} is taken, and nobody else is tried."
            yield _say(sentence, who=person, does=self._does([answered.attempt]), taken=taken)
        else:
            who: str | Line = "whoever is called" if answered.everybody else person
            yield _say("Picking up is not enough: {who} has to accept it, by pressing a key, say.", who=who)
        if answered.clock_stands:
            yield _say("While somebody listens, the clock stands still.")
        if answered.otherwise:
            follows = self._follows(answered.otherwise)
            yield _say("A call that ends unaccepted counts as a voicemail: {follows}.", follows=follows)

    def _does(self, attempts: Iterable[Attempt]) -> str:
        """What somebody does who answers one of these."""
        calls = {one.channel == VOICE for one in attempts}
        if calls == {True}:
            return "picks up"
        return "picks up, or answers a message," if True in calls else "answers"

    def _reason(self, one: PassedOver) -> str:
        """Why somebody is not tried, as what is said of them."""
        if one.absence is None:
            return _REASONS[one.reason]
        why = f" ({safe(one.absence.reason)})" if one.absence.reason else ""
        return f"is away until {self._time(one.absence.end)}{why}"

    def _passed_over(self, one: PassedOver) -> Line:
        who, why = self._who(one.who), self._reason(one)
        if one.tried:
            return _say("After {when} {who} {why}, and is left alone.", when=spoken(one.at), who=who, why=why)
        return _say("{who} is on call there, too, but {why}, and is passed over.", who=who, why=why)

    def _taken_over(self, one: HandOff) -> Line:
        come, gone, at = self._people(one.come), self._people(one.gone), self._clock(one.at)
        have = "have" if len(one.come or one.gone) > 1 else "has"
        if not one.come:
            return _say("{gone} {have} gone off call, at {at}", gone=gone, have=have, at=at)
        if not one.gone:
            return _say("{come} {have} come on call, at {at}", come=come, have=have, at=at)
        return _say("{come} {have} taken over from {gone}, at {at}", come=come, have=have, gone=gone, at=at)

    def _idle_hand_off(self, one: HandOff) -> Line:
        return _say(
            "{into} into this, at {at}, {change} as {role}. Who is on call is asked when a tier begins, so that does"
            " not change who is tried.",
            into=spoken(one.at),
            at=self._clock(one.at),
            change=self._change(one),
            role=one.role,
        )

    def _change(self, one: HandOff) -> Line:
        come, gone = self._people(one.come), self._people(one.gone)
        if not one.come:
            return _say("{gone} {go} off call", gone=gone, go="go" if len(one.gone) > 1 else "goes")
        if not one.gone:
            return _say("{come} {join} in", come=come, join="join" if len(one.come) > 1 else "joins")
        take = "take" if len(one.come) > 1 else "takes"
        return _say("{come} {take} over from {gone}", come=come, take=take, gone=gone)

    # Further rounds.

    def _rounds(self) -> Iterator[Line]:
        """The rounds after the first; following ones in which the same happens are told as one."""
        rounds: dict[int, list[Stage]] = {}
        for stage in self.facts.stages:
            rounds.setdefault(stage.round, []).append(stage)
        alike: list[list[int]] = []
        for number in (one for one in rounds if one > 1):
            if alike and _signature(rounds[alike[-1][0]]) == _signature(rounds[number]):
                alike[-1].append(number)
            else:
                alike.append([number])
        for group in alike:
            pause = rounds[group[0]][0].started - rounds[group[0] - 1][-1].ended
            yield from self._round([rounds[number] for number in group], pause)

    def _round(self, group: list[list[Stage]], pause: float) -> Iterator[Line]:
        """Rounds that are alike, by the first of them."""
        number, turns = group[0][0].round, [turn for stage in group[0] for turn in stage.turns]
        again = _AGAIN.get(len(group), f"{len(group)} times more")
        after = f", following a pause of {spoken(pause)}" if pause else ""
        if not turns:
            passed = {(one.who.name, one.reason): one for stage in group[0] for one in stage.passed_over}
            reasons = [_say("{who} {why}", who=self._who(one.who), why=self._reason(one)) for one in passed.values()]
            sentence = "Then it begins all over again, {again}{after}, but nobody can be tried{why}."
            yield _say(sentence, again=again, after=after, why=_say(": {why}", why=_listed(reasons)) if passed else "")
            return
        things = _listed(
            [
                _say(
                    "{thing} to {people} after {at}",
                    thing=_a(one.channel),
                    people=self._people(turn.people),
                    at=spoken(one.started),
                )
                for turn in turns
                for one in turn.attempts
            ]
        )
        yield _say("Then it begins all over again, {again}{after}: {things}.", again=again, after=after, things=things)
        if len(group) > 1:
            yield _say("The last of these rounds begins after {at}.", at=spoken(group[-1][0].started))
        sent = any(one.channel != VOICE for one in self.facts.walk.attempts if one.round < number)
        if sent and all(one.channel == VOICE for turn in turns for one in turn.attempts):
            yield _say("Messages that are still unanswered are not sent again.")

    # When somebody is busy, declines, or is away.

    def _title_of_trouble(self) -> str:
        calls = any(one.channel == VOICE for one in self.facts.walk.attempts)
        return f"When somebody {'is busy, ' if calls else ''}declines or is away"

    def _trouble(self) -> Iterator[Line]:
        for one in self.facts.outcomes:
            yield self._consequence(one)
        if {True} == {one.everywhere for one in self.facts.outcomes if one.attempt.channel == VOICE}:
            yield _say("With everybody else who is called the next step comes just as soon.")
        if self.facts.declined:
            yield self._declined(self.facts.declined)
        if self.facts.missing:
            yield self._missing(self.facts.missing)
        if self.facts.late:
            yield self._late(self.facts.late)

    def _consequence(self, one: Consequence) -> Line:
        return _say("If {happened}, {follows}.", happened=self._happened(one), follows=self._follows(one.follows))

    def _happened(self, one: Consequence) -> Line:
        who = self._person(one.attempt.person)
        if one.attempt.channel != VOICE:
            thing, does = _THINGS[one.attempt.channel], _NOT_DELIVERED[one.outcomes]
            return _say("the {thing} to {who} {does}", thing=thing, who=who, does=does)
        first, *others = one.outcomes
        return _listed([_say(_HAPPENS[first][0], who=who), *(_say(_HAPPENS[other][1]) for other in others)], "or")

    def _declined(self, one: Declined) -> Line:
        who = self._person(one.attempt.person)
        if one.beside:
            people = _listed([self._person(other) for other in one.beside])
            follows = _say("{people} {be} still tried", people=people, be="are" if len(one.beside) > 1 else "is")
        else:
            follows = self._follows(one.follows)
        if one.again or (one.follows.what != "attempt" and not one.beside):
            return _say("If {who} declines, {follows}.", who=who, follows=follows)
        owes = ", but may still have to call back" if one.owes else ""
        sentence = "If {who} declines, {follows}, and {who_again} is not tried again{owes}."
        return _say(sentence, who=who, follows=follows, who_again=self._person(one.attempt.person), owes=owes)

    def _missing(self, one: Missing) -> Line:
        who = self._person(one.attempt.person)
        if not one.first or one.follows.after:
            return _say("If {who} is away, {follows}.", who=who, follows=self._follows(one.follows))
        instead = _listed([self._gets(other, "at once") for other in one.first])
        return _say("If {who} is away, no time is lost: {instead}.", who=who, instead=instead)

    def _late(self, one: Late) -> Line:
        other, thing = one.meanwhile, _THINGS[one.attempt.channel]
        if other.channel == VOICE:
            meanwhile = _say("while the phone of {other} is ringing", other=self._person(other.person))
        else:
            sentence = "when {other} has {thing} already"
            meanwhile = _say(sentence, other=self._person(other.person), thing=_a(other.channel))
        return _say(
            "A message stays open: if {who} answers the {thing} only {meanwhile}, that counts, and all the rest stops.",
            who=self._person(one.attempt.person),
            thing=thing,
            meanwhile=meanwhile,
        )

    # Recovery.

    def _nobody_answers(self) -> Iterator[Line]:
        over, callback = self.facts.chain_over, self.facts.walk.callback
        after = f"If nobody has answered after {spoken(over)}, "
        a, it, at_once = (f"{after}a", f"{after}it", "") if over else ("A", "It", " at once")
        if callback is None:
            sentence = "{it} is over{at_once}, and nobody owes a callback: the policy {policy} has no recovery."
            yield _say(sentence, it=it, at_once=at_once, policy=self.facts.policy)
        elif callback.owner is None:
            yield _say("{a} callback is opened{at_once}, but there is nobody who can own it.", a=a, at_once=at_once)
            yield _say("Nobody is told, and it is never due.")
        else:
            owed = self._owed(callback)
            yield _say("{a} callback is opened{at_once}: {owed}.", a=a, at_once=at_once, owed=owed)
            yield from self._overdue(callback)
            yield from self._passes_on(callback)

    def _owed(self, callback: Callback) -> Line:
        due, owner = callback.due or callback.opened, str(callback.owner)
        return _say(
            "{who} owns it,{told} and has until {due}{later}",
            who=self._person(owner),
            told=" is told at once," if (callback.opened, owner) in callback.told else "",
            due=self._clock(due),
            later=f", {spoken(due - callback.opened)} later" if due > callback.opened else "",
        )

    def _overdue(self, callback: Callback) -> Iterator[Line]:
        if callback.escalated_to is None:
            yield _say("If nobody has called back by then, nobody else is told, and the callback is overdue.")
            return
        yield _say(
            "If nobody has called back by then, {who} is told as well, and {either} until {until}.",
            who=self._person(callback.escalated_to),
            either="either of them has" if len(self.facts.completers) > 1 else "has",
            until=self._clock(self.facts.walk.ended or 0),
        )
        yield _say("After that the callback is overdue.")

    def _passes_on(self, callback: Callback) -> Iterator[Line]:
        one = self.facts.takes_over
        if one and callback.due is not None:
            yield _say(
                "Messages stay open even then: if {who} answers the {thing}, the callback passes to {who_again}, still"
                " due at {due}.",
                who=self._person(one.person),
                who_again=self._person(one.person),
                thing=_THINGS[one.channel],
                due=self._clock(callback.due),
            )

    def _hang_up(self) -> Iterator[Line]:
        found = self.facts.hang_up
        if found is None:
            return
        sentence = "If the caller hangs up after {at}, say, {stops}nobody else is tried."
        yield _say(sentence, at=spoken(found.at), stops=_stops(found))
        callback = found.walk.callback
        if callback is None:
            yield _say("Nobody owes a callback then either: the call is abandoned.")
        elif callback.owner is None:
            yield _say("A callback is opened, but there is nobody who can own it.")
        else:
            yield _say("A callback is opened all the same: {owed}.", owed=self._owed(callback))

    # The runbook.

    def _runbook(self, review: RunbookReview | None) -> Iterator[Line]:
        if review is None:
            yield _say("There is no runbook for this account.")
            return
        path: Line = ((safe(review.path), "path"),)
        if review.missing is not None:
            yield _say("The runbook should be {path}, but {missing}.", path=path, missing=review.missing)
            return
        yield _say("The runbook is {path}. {owner}.", path=path, owner=self._owner(review))
        yield from self._reviewed(review)

    def _owner(self, review: RunbookReview) -> Line:
        if review.owner is None:
            return (("Nobody owns it", "bad"),)
        if review.standing == "unknown":
            return _say("Its owner, {who}, is nobody known", who=((safe(review.owner), "bad"),))
        if review.standing == "left":
            return _say("Its owner, {who}, has left", who=self._person(review.owner))
        return _say("{who} owns it", who=self._person(review.owner))

    def _reviewed(self, review: RunbookReview) -> Iterator[Line]:
        if review.reviewed is None or review.due is None:
            yield (("It does not say when it was last reviewed.", "bad"),)
            return
        before = _before(review.days_before or 0)
        yield _say("It was last reviewed on {day}, {before}.", day=_day(review.reviewed), before=before)
        if not review.overdue:
            yield _say("It is due for review again by {day}.", day=_day(review.due))
            return
        late: Line = ((f"{spoken((review.days_over or 0) * times.DAY)} overdue", "bad"),)
        yield _say("It was due for review again by {day}, and is {late}.", day=_day(review.due), late=late)


def _ringing(one: Attempt) -> str:
    return spoken((one.ended or one.started) - one.started)


def _before(days: int) -> str:
    if days == 0:
        return "the same day"
    return f"{spoken(days * times.DAY)} earlier" if days > 0 else f"{spoken(-days * times.DAY)} after this"


def _stops(found: HangUp) -> str:
    if not found.stopped:
        return ""
    return "the phone stops ringing and " if len(found.stopped) == 1 else "the phones stop ringing and "


def _signature(stages: Iterable[Stage]) -> list[tuple[str, str | None, str]]:
    """What happens in a round, whenever it is."""
    turns = [(stage.role, turn) for stage in stages for turn in stage.turns]
    return [(role, who.person, one.channel) for role, turn in turns for one in turn.attempts for who in turn.people]


# The formats.


def explain_lines(words: Told, width: int) -> Iterator[Line]:
    """The sentences under their titles, for terminals and pipes, none wider than the width but by a word."""
    yield from wrapped(words.heading, width, 0)
    for section in words.sections:
        yield ()
        yield from wrapped(((section.title, "role"),), width, 0)
        for sentence in section.sentences:
            yield from wrapped((("  ", "title"), *sentence), width, 4)


def wrapped(line: Line, width: int, indent: int) -> Iterator[Line]:
    """A line broken between words, all but the first part of it indented. Nothing else is broken, and what somebody may
    copy counts as one word."""
    text = "".join(part.replace(" ", "\0") if kind == "path" else part for part, kind in line)
    offsets = list(accumulate((len(part) for part, _ in line), initial=0))
    start, used = 0, 0
    for word in re.finditer(r" *[^ ]+", text):
        begins = word.end() - len(word[0].lstrip())
        size = cell_len(text[start : word.end()].replace("\0", " ")) + used
        if begins > start and word.start() > start and size > width:
            yield _indented(_cut(line, offsets, start, word.start()), indent if start else 0)
            start, used = begins, indent
    yield _indented(_cut(line, offsets, start, len(text)), indent if start else 0)


def _indented(line: Line, indent: int) -> Line:
    return ((" " * indent, "title"), *line) if indent else line


def _cut(line: Line, offsets: Sequence[int], start: int, end: int) -> Line:
    """The spans of a line between two places in its text; `offsets` is where each begins."""
    first, last = bisect_right(offsets, start) - 1, bisect_left(offsets, end)
    return tuple(
        (part, kind)
        for (text, kind), offset in zip(line[first:last], offsets[first:last], strict=False)
        if (part := text[max(0, start - offset) : end - offset])
    )


def explain_markdown(words: Told) -> str:
    """The same for a runbook: headings of the second and third level, and a list of sentences under each."""
    parts = [f"## {markdown(_text(words.heading))}"]
    for section in words.sections:
        sentences = "\n".join(f"- {markdown(_text(one))}" for one in section.sentences)
        parts.append(f"### {markdown(section.title)}\n\n{sentences}")
    return "\n\n".join(parts)


def _text(line: Line) -> str:
    return "".join(text for text, _ in line).strip()


def explain_document(
    explanation: Explanation, review: RunbookReview | None, words: Told, zone: tzinfo, problems: Sequence[Problem]
) -> dict[str, Any]:
    """The document scripts rely on: keys may be added to it, never changed."""
    return {
        "schema": "oncall.explain/1",
        "account": explanation.account,
        "title": explanation.title,
        "at": iso(explanation.at, zone),
        "timezone": str(zone),
        "promised": explanation.promised,
        "sections": [
            {"title": section.title, "sentences": [_text(one) for one in section.sentences]}
            for section in words.sections
        ],
        "runbook": _runbook_object(review) if review else None,
        "problems": [problem_object(one) for one in problems],
    }


def _runbook_object(review: RunbookReview) -> dict[str, Any]:
    return {
        "path": review.path,
        "found": review.missing is None,
        "owner": review.owner,
        "owner_is": review.standing,
        "reviewed": review.reviewed.isoformat() if review.reviewed else None,
        "due": review.due.isoformat() if review.due else None,
        "overdue": review.overdue if review.missing is None else None,
    }
