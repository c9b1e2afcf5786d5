"""A page without callers, people, numbers and addresses: each has one other name throughout, and none is as it was.

What the log has in fields of their own is known, and is replaced wherever it is, in any spelling; whatever else looks
like a number or an e-mail address is masked as well, while dates, digests and times stay. What a free text says nobody
can know: it is left out, unless it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_uppercase
from typing import Any, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import fields, replace

from oncall.model import Channel
from oncall.output.blocks import LEFT_OUT, Code, Fact, Page
from oncall.output.people_names import Names, folded
from oncall.output.words import safe
from oncall.plan import Plan
from oncall.replay.run import Judged
from oncall.workspace.numbers import line

_T = TypeVar("_T")

_CALLER = " caller"  # keys that no id of a person is
_STRANGER = " stranger "

_SHORTEST = 6  # digits of a number that is looked for; shorter ones are codes that stand for nobody
_DAY = r"(?:19|20)\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"(?<!\d){_DAY}(?:[T ]?-?\d\d:?\d\d(?::?\d\d)?(?:[.]\d+)?Z?)?(?!\d)"
_EPOCH = r"(?<![\d+])1\d{9}[.]\d{1,6}(?!\d)"  # what Asterisk calls a call
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?: ?[+-]\d\d:\d\d)?"
_NUMBER = r"\+?\(?\d(?:[\s().\-/_‐‑–—·\u00a0]{0,3}\d){5,}"
_EMAIL = r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)+"  # possessive: each run of letters is read once
_ID = (  # ids of machines: a UUID, what Twilio calls a call, a digest
    r"(?<!\w)(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[A-Z]{2}[0-9a-f]{32}|(?=\d{0,63}[a-f])[0-9a-f]{16,64})(?!\w)"
)
FOUND = re.compile(f"(?P<keep>{_ID}|{_DATE}|{_CLOCK}|{_EPOCH})|(?P<email>{_EMAIL})|(?P<number>{_NUMBER})")


class Redaction:
    """How the page of one dispatch is redacted. `others` are plans whose people may be named in it besides those of the
    plans it was judged by. `keep_text` keeps free text, masked as well as can be."""

    def __init__(self, judged: Judged, others: Iterable[Plan], *, keep_text: bool) -> None:
        plans = [plan for plan in (judged.plan, judged.other, *others) if plan is not None]
        self._masks = _Masks(judged, plans)
        self.keep_text = keep_text

    def judged(self, judged: Judged) -> Judged:
        """What was judged, without the free text and without what the log says of who called and who answered."""
        verdict = judged.verdict
        raw = None if self.keep_text else LEFT_OUT
        actual = tuple(one if one.raw is None else replace(one, raw=raw or one.raw) for one in verdict.actual)
        caller = verdict.caller and self._masks.caller
        operator = verdict.operator and LEFT_OUT
        return replace(judged, verdict=replace(verdict, actual=actual, caller=caller, operator=operator))

    def page(self, page: Page) -> Page:
        """A page with everything masked."""
        return self._everywhere(page)

    def text(self, text: str) -> str:
        """A text with everything masked."""
        return self._masks.mask(text)

    def _everywhere(self, value: _T) -> _T:
        """The same data with every text masked."""
        masks = self._masks
        found: Any = value
        if isinstance(value, str):
            found = masks.mask(value)
        elif isinstance(value, tuple):
            found = tuple(self._everywhere(one) for one in value)
        elif isinstance(value, Fact) and value.exact:
            found = replace(value, name=masks.mask(value.name))
        elif isinstance(value, Code):
            text = value.text if self.keep_text else _without_comments(value)
            found = replace(value, text=masks.mask(text, strictly=True), label=masks.mask(value.label))
        elif isinstance(value, Struct):
            found = replace(value, **{one.name: self._everywhere(getattr(value, one.name)) for one in fields(value)})
        checked: _T = found
        return checked


def _without_comments(code: Code) -> str:
    """Lines of files without their comments, which are free text."""
    if code.language not in ("diff", "yaml"):
        return code.text
    return re.sub(r"(?m)(^[-+ ]?|[ \t])#.*$", rf"\1# {LEFT_OUT}", code.text)


class _Masks:
    """What each thing is called instead: callers by letters, numbers and addresses by numbers, in the order in which
    they are met; one thing that is written in two ways has one name."""

    def __init__(self, judged: Judged, plans: Sequence[Plan]) -> None:
        self._country = judged.plan.country if judged.plan else ""
        self._names: dict[str, str] = {}
        self._known: dict[str, str] = {}  # the digits of a number, with and without its country, to the former
        self._words: dict[str, str] = {}
        self._people = Names()
        self._counts = {"number": 0, "address": 0}
        self.caller = f"caller {ascii_uppercase[0]}"
        for plan in plans:
            self._people_of(plan)
        for stranger in _strangers(judged, plans):
            self._people.add(stranger, f"{_STRANGER}{stranger}")
        if judged.verdict.caller is not None:
            self._caller(judged.verdict.caller)
        for address in _addresses(judged, judged.plan):
            self._address(address)
        self._pattern = _any_of(self._words)

    def _people_of(self, plan: Plan) -> None:
        """Everybody in a plan, by id, name and aliases. An id that is the word for something else as well stays."""
        others = _vocabulary(plan)
        for id_ in plan.people:
            person = plan.people[id_]
            for name in (f"{person.name} ({id_})", person.name, *person.aliases):
                if folded(name) not in others:
                    self._people.add(name, id_)
            if len(id_) > 1 and folded(id_) not in others:
                self._people.add(id_, id_)

    def _caller(self, caller: str) -> None:
        """The caller: a number, a name, or both in one."""
        name = self.caller
        numbers = re.findall(_NUMBER, caller)
        for number in numbers or ([caller] if _digits(caller) else []):
            for digits in self._forms(number):
                self._known[digits] = name
        rest = re.sub(_NUMBER, " ", caller).strip(" <>\"'()")
        for part in (caller.strip(), safe(caller.strip()), rest):
            if len(part) > 1 and part not in ("tel:", "sip:"):
                self._words[part.lower()] = name
        if re.search(r"[^\W\d_]{2}", rest) and "@" not in rest:
            self._people.add(rest, _CALLER)

    def _address(self, address: str) -> None:
        digits = _digits(address)
        if re.fullmatch(rf"(?:tel:)?\s*{_NUMBER}\s*", address) or (digits and len(digits) == len(address)):
            if not any(form in self._known for form in self._forms(address)):
                name = self._next("number")
                self._known.update(dict.fromkeys(self._forms(address), name))
        elif address.lower() not in self._words and len(address) > 1:
            self._words[address.lower()] = self._next("address")

    def _forms(self, number: str) -> list[str]:
        """A number's digits as they may be written: with its country's code, and without."""
        found = line(number, self._country)
        forms = (_digits(number), found.digits, found.national)
        return list(dict.fromkeys(one for one in forms if len(one) >= 3))

    def _next(self, kind: str) -> str:
        self._counts[kind] += 1
        return f"{kind} {self._counts[kind]}"

    def mask(self, text: str, *, strictly: bool = False) -> str:
        """A text with everything masked; `strictly` any run of digits that could be a number, whosever it is."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda found: self._word(found[0]), text)
        text = FOUND.sub(lambda found: self._masked(found, strictly=strictly), text)
        parts, end = [], 0
        for start, stop, key in self._people.find(text):
            parts += [text[end:start], self._person(key)]
            end = stop + (text[stop : stop + 1] == ")" and "(" in text[start:stop])
        return re.sub(r"(person-\d+) \(\1\)", r"\1", "".join([*parts, text[end:]]))

    def _person(self, key: str) -> str:
        if key == _CALLER:
            return self.caller
        return self._names.setdefault(key, f"person-{len(self._names) + 1}")

    def _word(self, written: str) -> str:
        """What a word is called that was found, however its letters are written."""
        known = self._words.get(written.lower())
        if known is None:
            same = (name for word, name in self._words.items() if re.fullmatch(re.escape(word), written, re.IGNORECASE))
            known = next(same, "address 0")
        return known

    def _masked(self, found: re.Match[str], *, strictly: bool) -> str:
        if found["keep"]:
            return self._of_digits(_digits(found[0].partition(".")[0])) or found[0]
        if found["email"]:
            key = found[0].lower()
            if key not in self._words:
                self._words[key] = self._next("address")
            return self._words[key]
        digits = _digits(found[0])
        known = self._of_digits(digits) or self._inside(digits)
        if known is not None:
            return _apart(found, known)
        if not strictly and not found[0].startswith("+") and not 9 <= len(digits) <= 15:
            return found[0]
        if len(digits) < _SHORTEST + (not found[0].startswith("+")):
            return found[0]
        name = self._known[digits] = self._next("number")
        return _apart(found, name)

    def _of_digits(self, digits: str) -> str | None:
        return self._known.get(digits) or self._known.get(digits.lstrip("0"))

    def _inside(self, digits: str) -> str | None:
        """The name of a known number among longer digits, as behind a prefix that is dialled."""
        return next((name for known, name in self._known.items() if len(known) >= _SHORTEST and known in digits), None)


def _apart(found: re.Match[str], name: str) -> str:
    """A name apart from letters that stand right beside it."""
    before = found.string[found.start() - 1 : found.start()]
    after = found.string[found.end() : found.end() + 1]
    return f"{' ' if before.isalnum() else ''}{name}{' ' if after.isalnum() else ''}"


def _digits(text: str) -> str:
    return "".join(str(int(letter)) for letter in text if letter.isdecimal())


def _strangers(judged: Judged, plans: Sequence[Plan]) -> Iterator[str]:
    """The people that the log or a calendar names and no plan knows."""
    verdict, record = judged.verdict, judged.record
    named = [one.person for one in (*verdict.actual, *(record.attempts if record else ()))]
    named += [one.person for one in (record.taken if record else ())]
    for callback in (verdict.callback, record.callback if record else None):
        if callback is not None:
            named += [callback.owner, callback.escalated_to, callback.completed_by]
    if verdict.trace is not None:
        named += [one.label for one in verdict.trace.skipped if one.person is None]
    for plan in plans:
        segments = (segment for schedule in plan.schedules.values() for segment in schedule.segments)
        named += [shift.label for segment in segments for shift in segment.shifts if shift.person is None]
    known = {id_ for plan in plans for id_ in plan.people}
    yield from (name for name in dict.fromkeys(named) if name and name not in known)


def _vocabulary(plan: Plan) -> set[str]:
    """The words that mean something else on a page: what the plan calls its accounts, roles, rotations and policies."""
    found = {folded(name) for names in (plan.accounts, plan.schedules, plan.policies) for name in names}
    found |= {folded(tier.notify) for name in plan.policies for tier in plan.policies[name].tiers}
    return found | {folded(channel) for channel in get_args(Channel)}


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """Any of some texts, the longest first, not within a word."""
    parts = [re.escape(word) for word in sorted(words, key=len, reverse=True)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE) if parts else None


def _addresses(judged: Judged, plan: Plan | None) -> Iterator[str]:
    """Every number and address that the dispatch, its account and its people have, those of the dispatch first."""
    verdict = judged.verdict
    if verdict.line is not None:
        yield verdict.line
    people: dict[str, None] = {}
    for one in verdict.actual:
        if one.address is not None:
            yield one.address
        people[one.person or ""] = None
    counterfactual = verdict.counterfactual.expected if verdict.counterfactual else ()
    for due in (*verdict.expected, *counterfactual):
        yield due.attempt.address
        people[due.attempt.person] = None
    if plan is None:
        return
    account = plan.accounts.get(verdict.account or "")
    yield from account.lines if account else ()
    for role in account.contacts if account else ():
        for shift in plan.bound(account.bindings(role), verdict.at) if account else ():
            people[shift.person or ""] = None
    for person in people:
        if person in plan.people:
            known = plan.people[person]
            yield from (method.address for method in known.contact_methods)
            yield from known.extensions
            yield from (known.email,) if known.email else ()
