"""A page without callers, numbers and addresses: each has one other name throughout, and none is left as it was.

Numbers are found however they are written. What is known to be one (of the dispatch, of the accounts and people it
names) is masked wherever it stands, and so is whatever else looks like one; dates, digests and times are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import ascii_uppercase
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import fields, replace

from oncall.output.blocks import Code, Fact, Page
from oncall.output.words import safe
from oncall.plan import Plan
from oncall.replay.run import Judged
from oncall.workspace.numbers import line

_T = TypeVar("_T")

_SHORTEST = 6  # digits of a number that is looked for; shorter ones are codes that stand for nobody
_DAY = r"(?:19|20)\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"(?<!\d){_DAY}(?:[T ]?-?\d\d:?\d\d(?::?\d\d)?(?:[.]\d+)?Z?)?(?!\d)"
_EPOCH = r"(?<![\d+])1\d{9}[.]\d{1,6}(?!\d)"  # what Asterisk calls a call
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?: ?[+-]\d\d:\d\d)?"
_NUMBER = r"\+?\(?\d(?:[\s().\-/_‐‑–—·\u00a0]{0,3}\d){5,}"
_EMAIL = r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_FOUND = re.compile(f"(?P<keep>{_DATE}|{_CLOCK}|{_EPOCH})|(?P<email>{_EMAIL})|(?P<number>{_NUMBER})")


def redacted(page: Page, judged: Judged) -> Page:
    """The page with everything masked."""
    return _everywhere(page, _Masks(judged))


def _everywhere(value: _T, masks: _Masks) -> _T:
    """The same data with every text masked."""
    found: Any = value
    if isinstance(value, str):
        found = masks.mask(value)
    elif isinstance(value, tuple):
        found = tuple(_everywhere(one, masks) for one in value)
    elif isinstance(value, Fact) and value.exact:
        found = replace(value, name=masks.mask(value.name))
    elif isinstance(value, Code):
        found = replace(value, text=masks.mask(value.text, strictly=True), label=masks.mask(value.label))
    elif isinstance(value, Struct):
        found = replace(value, **{one.name: _everywhere(getattr(value, one.name), masks) for one in fields(value)})
    checked: _T = found
    return checked


class _Masks:
    """What each thing is called instead: callers by letters, numbers and addresses by numbers, in the order in which
    they are met; one thing that is written in two ways has one name."""

    def __init__(self, judged: Judged) -> None:
        self._country = judged.plan.country if judged.plan else ""
        self._names: dict[str, str] = {}
        self._known: dict[str, str] = {}  # the digits of a number, with and without its country, to the former
        self._words: dict[str, str] = {}
        self._counts = {"number": 0, "address": 0}
        caller = judged.verdict.caller
        if caller is not None:
            self._caller(caller)
        for address in _addresses(judged, judged.plan):
            self._address(address)
        self._pattern = _any_of(self._words)

    def _caller(self, caller: str) -> None:
        """The caller: a number, a name, or both in one."""
        name = f"caller {ascii_uppercase[0]}"
        numbers = re.findall(_NUMBER, caller)
        for number in numbers or ([caller] if _digits(caller) else []):
            for digits in self._forms(number):
                self._known[digits] = name
        rest = re.sub(_NUMBER, " ", caller).strip(" <>\"'()")
        for part in (caller.strip(), safe(caller.strip()), rest):
            if len(part) > 1 and part not in ("tel:", "sip:"):
                self._words[part.lower()] = name

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
        return _FOUND.sub(lambda found: self._masked(found, strictly=strictly), text)

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
            yield from (known.email,) if known.email else ()
