"""What a name or a number means that somebody typed: an account, a rotation, or a person.

What is nearest to what was typed wins: an id, then a whole name or number, then the beginning of one, then a part of
one. Where accounts or rotations and people are equally near, people give way. What could be several is an error that
names them; nobody is ever picked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from oncall.errors import NotFoundError
from oncall.model import Person
from oncall.plan import Plan
from oncall.rotations.titles import normal

ACCOUNT, ROTATION, PERSON = "account", "rotation", "person"
_WHOLE, _BEGINNING, _PART = 0, 1, 2  # how near a spelling is to what was typed

# Letters that are not another letter with a mark, and how people spell names who cannot type them.
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "œ": "oe"})
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa"}
)

_EXTENSION = r"\s*(?:;\s*ext\s*=|\bext(?:ension)?\b\.?:?|(?<![a-z])x|#|,+)\s*\d{1,7}$"
_LAST_DIGITS = 7  # how many of them say whose a number is, where nobody else's ends so
_MOST_NAMED = 12
_LONGEST_NUMBER = 100
_SHORT = 3  # letters of a word that is too short to be a misspelling of another


class AmbiguousNameError(NotFoundError):
    """A name that several things have."""


class Match(Struct, frozen=True, order=True):
    """Something that may be meant."""

    kind: str
    name: str


class _Typed(Struct, frozen=True):
    """What somebody typed, in the forms it is compared in. `digits` are those of a number, without zeros that only
    dial."""

    text: str
    plain: str
    words: tuple[str, ...]
    digits: str

    @classmethod
    def of(cls, text: str) -> _Typed:
        plain = _spelt(text)
        return cls(text, plain, _words(plain), digits_of(text))


def find(plan: Plan, asked: str, kinds: Sequence[str] = (ACCOUNT, ROTATION, PERSON)) -> tuple[str, str]:
    """What a name means: its kind and id. NotFoundError names the candidates, or what is nearest."""
    text = asked.strip()
    for kind, known in ((ACCOUNT, plan.accounts), (ROTATION, plan.schedules), (PERSON, plan.people)):
        if kind in kinds and text in known:
            return kind, text
    for matches in _by_nearness(_candidates(plan, _Typed.of(text), kinds)) if text else ():
        first = [match for match in matches if match.kind != PERSON] or matches
        if len(first) == 1:
            return first[0].kind, first[0].name
        raise AmbiguousNameError(_several(asked, matches, plan.people))
    for match in _international(plan, text) if ACCOUNT in kinds else ():
        return match.kind, match.name
    for about in (f"accounts/{text}", f"rotations/{text}"):
        for problem in plan.reported.get(about, ()):
            raise NotFoundError(f"{text!r} cannot be used: {problem.file}:{problem.line}: {problem.message}")
    ids = [name for kind, known in _known(plan).items() if kind in kinds for name in known]
    raise NotFoundError(_unknown(asked, kinds, ids, plan.people if PERSON in kinds else {}))


def also_people(plan: Plan, asked: str, kind: str) -> list[str]:
    """The people whose whole name, or a word of it, is also what an account or a rotation was asked for by."""
    if kind == PERSON or asked in plan.accounts or asked in plan.schedules:
        return [asked] if kind != PERSON and asked in plan.people else []
    typed = _Typed.of(asked)
    return (
        [
            name
            for name, person in plan.people.items()
            if any(set(typed.words) <= set(_words(_spelt(spelling))) for spelling in _names_of(name, person))
        ]
        if typed.words
        else []
    )


def find_person(people: Mapping[str, Person], asked: str, endpoints: Mapping[str, Sequence[str]] | None = None) -> str:
    """The person whom a name, an e-mail address or a number means, by id. `endpoints` are the addresses of each, as
    plans hold them."""
    text = asked.strip()
    if text in people:
        return text
    for matches in (
        _by_nearness(_people(people, {} if endpoints is None else endpoints, _Typed.of(text))) if text else ()
    ):
        if len(matches) == 1:
            return matches[0].name
        raise AmbiguousNameError(_several(asked, matches, people))
    raise NotFoundError(_unknown(asked, (PERSON,), list(people), people))


def _known(plan: Plan) -> dict[str, Iterable[str]]:
    return {ACCOUNT: plan.accounts, ROTATION: plan.schedules, PERSON: plan.people}


def _by_nearness(candidates: Iterable[tuple[int, Match]]) -> Iterator[list[Match]]:
    """The candidates that are nearest, then those that are next to nearest; each at its nearest."""
    best: dict[Match, int] = {}
    for nearness, match in candidates:
        best[match] = min(nearness, best.get(match, nearness))
    for level in (_WHOLE, _BEGINNING, _PART):
        matches = [match for match, nearness in best.items() if nearness == level]
        if matches:
            yield matches


def _candidates(plan: Plan, typed: _Typed, kinds: Sequence[str]) -> Iterator[tuple[int, Match]]:
    for name, account in plan.accounts.items() if ACCOUNT in kinds else ():
        match = Match(ACCOUNT, name)
        yield from ((nearness, match) for nearness in _nearness(typed, (name, account.name)))
        for line in plan.account_facts[name].lines if typed.digits else ():
            for digits in (line.digits, line.national.lstrip("0")):
                yield from ((nearness, match) for nearness in _number_nearness(typed.digits, digits))
    for name in plan.schedules if ROTATION in kinds else ():
        yield from ((nearness, Match(ROTATION, name)) for nearness in _nearness(typed, (name,)))
    if PERSON in kinds:
        yield from _people(plan.people, plan.endpoints, typed)


def _people(
    people: Mapping[str, Person], endpoints: Mapping[str, Sequence[str]], typed: _Typed
) -> Iterator[tuple[int, Match]]:
    for name, person in people.items():
        match = Match(PERSON, name)
        yield from ((nearness, match) for nearness in _nearness(typed, _names_of(name, person)))
        if _extension_typed(typed.plain) in person.extensions:
            yield _WHOLE, match
        for address in endpoints.get(name, ()):
            if typed.plain == _spelt(address):
                yield _WHOLE, match
            elif typed.digits and address.startswith("+"):  # the beginning of a number would be everybody's
                levels = set(_number_nearness(typed.digits, address[1:])) - {_BEGINNING}
                yield from ((level, match) for level in levels)


def _names_of(name: str, person: Person) -> tuple[str, ...]:
    return (name, person.name, *person.aliases, *filter(None, (person.email,)))


def _extension_typed(plain: str) -> str:
    """What was typed, as an extension is written: without `ext.` before it."""
    return re.sub(r"^(?:extension|ext|x)[.:# ]*(?=[*#]?\d)", "", plain)


def _nearness(typed: _Typed, spellings: Iterable[str]) -> Iterator[int]:
    """How near the spellings of one thing are to what was typed."""
    squeezed = "".join(typed.words)
    for spelling in dict.fromkeys(
        form for text in spellings for form in (_spelt(text), _spelt(text.translate(_UMLAUTS)))
    ):
        words = _words(spelling)
        if typed.plain in (spelling, spelling.partition("@")[0]):
            yield _WHOLE
        elif spelling.startswith(typed.plain):
            yield _BEGINNING
        elif squeezed and (squeezed == "".join(words) or _begin(typed.words, words)):
            yield _PART


def _begin(typed: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each word that was typed is the beginning of a word of its own; a single letter is too little."""
    left = list(words)
    for word in sorted(typed, key=len, reverse=True):
        found = next((candidate for candidate in left if candidate.startswith(word)), None)
        if found is None:
            return False
        left.remove(found)
    return any(len(word) > 1 for word in typed)


def _spelt(text: str) -> str:
    return normal(_visible(text.translate(_LETTERS)))


def _visible(text: str) -> str:
    """A text without the marks that nobody sees, which come along when it is copied."""
    return text if text.isascii() else "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def _words(plain: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", plain))


# Numbers.


def _number_nearness(typed: str, digits: str) -> Iterator[int]:
    if typed == digits:
        yield _WHOLE
    elif digits.startswith(typed):
        yield _BEGINNING
    elif len(typed) >= _LAST_DIGITS and digits.endswith(typed):
        yield _PART


def bare_number(text: str) -> str:
    """A telephone number without what stands around it: `tel:`, `sip:` and a host, an extension, `(0)` after a
    country's code; any other text as it is."""
    if len(text) > _LONGEST_NUMBER:
        return text
    number = _visible(unicodedata.normalize("NFKC", text)).strip().lower()
    uri = re.fullmatch(r"(?:tel|sips?|callto|phone):(?://)?([^@;?]+)(?:;ext=\d+)?(?:[@;?].*)?", number)
    number = re.sub(_EXTENSION, "", uri[1] if uri else number)
    number = re.sub(r"\(0\)", "", number) if re.match(r"\s*(\+|00|\(\+)", number) else number
    number = "".join("-" if unicodedata.category(letter) == "Pd" or letter == "\u2212" else letter for letter in number)
    return number if re.fullmatch(r"[(\s]*\+?[\d\s().\-/·•]+", number, re.ASCII) else text


def digits_of(text: str) -> str:
    """The digits of what looks like a telephone number, or the beginning of one, without what only dials: `00`,
    `011`, a leading 0."""
    number = bare_number(text)
    if not re.fullmatch(r"[+\d\s().\-/·•]+", number, re.ASCII):
        return ""
    digits = re.sub(r"\D", "", number)
    digits = (digits.removeprefix("011") if "+" not in number and len(digits) > 11 else digits).lstrip("0")
    return digits if len(digits) >= 3 else ""


def line_meant(plan: Plan, text: str) -> str | None:
    """The one published number that a text is, or is the end of, as E.164; None where it is none or several."""
    typed = digits_of(text)
    lines = {line for facts in plan.account_facts.values() for line in facts.lines} if typed else set()
    for wanted in (_WHOLE, _PART):
        found = {
            line.digits
            for line in lines
            if wanted in (*_number_nearness(typed, line.digits), *_number_nearness(typed, line.national.lstrip("0")))
        }
        if len(found) == 1:
            return f"+{found.pop()}"
    return None


def _international(plan: Plan, text: str) -> Iterator[Match]:
    """The one account whose line a number is that has zeros after its country's code, or the country's own prefix."""
    digits = digits_of(text)
    if len(digits) < _LAST_DIGITS:
        return
    from oncall.workspace.numbers import line  # here: phonenumbers is large, and few numbers are written so

    number = line("+" + digits if "+" in text or re.match(r"\s*(00|011)", text) else digits, plan.country).digits
    names = [name for name, facts in plan.account_facts.items() if any(one.digits == number for one in facts.lines)]
    if len(names) == 1:
        yield Match(ACCOUNT, names[0])


# What is said where nothing is found, or too much.


def _several(asked: str, matches: Sequence[Match], people: Mapping[str, Person]) -> str:
    shown = sorted(
        f"{match.name} ({people[match.name].name})" if match.kind == PERSON else match.name for match in matches
    )
    more = f" and {len(shown) - _MOST_NAMED} more" if len(shown) > _MOST_NAMED else ""
    return f"{asked!r} could be any of {', '.join(shown[:_MOST_NAMED])}{more}: write more of it"


def _unknown(asked: str, kinds: Sequence[str], ids: Sequence[str], people: Mapping[str, Person]) -> str:
    from oncall.spelling import nearest  # here: only an error needs it, and it is slow to import

    kinds = [*kinds[:-1], "line", kinds[-1]] if ACCOUNT in kinds else list(kinds)
    called = " or ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
    shown = {name: name for name in ids}
    for person in people.values():
        for spelling in (person.name, *(word for word in _words(_spelt(person.name)) if len(word) > _SHORT)):
            shown.setdefault(spelling, person.name)
    best = nearest(asked, list(shown))
    return f"there is no {called} {asked!r}{f' (did you mean {shown[best]!r}?)' if best else ''}"
