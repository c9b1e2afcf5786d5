"""Telephone numbers and other addresses in the one form in which equal ones are equal.

People write a number as they dial it and as they were told it: with or without its country, with the zero that is
only dialled inside the country in brackets, with 00 for the +, as a `tel:` or `sip:` address, with an extension, with
marks that cannot be seen from where it was copied. All of these are one number here, in files and in questions alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from oncall.plan import Line

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

LONGEST = 250  # letters of what may be a number

_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_SCHEME = re.compile(r"\s*(tel|callto|sips?|phone|mobile|fax)\s*:(?://)?\s*", re.IGNORECASE)
_TRUNK = re.compile(r"\(\s*0+\s*\)")
_LOOKS = re.compile(
    r"\s*(?:\(\s*)?[+\uff0b]?[\d\s().\-/\u2010-\u2015\u2212\u00b7]{3,40}"
    r"(?:\s*(?:[;,#x]|ext)[\w.=;,:\s#+\-]{0,60}\d#?)?",
    re.IGNORECASE,
)


def parse(text: str, country: str) -> PhoneNumber:
    """A telephone number, read as one of a country where it has no code of its own (of none: such a number cannot be
    read). phonenumbers.NumberParseException where it is none."""
    import phonenumbers  # here: large, and of no use to a workspace without numbers

    read: list[PhoneNumber] = []
    fault: phonenumbers.NumberParseException | None = None
    for written in _ways(text[:LONGEST]):
        try:
            read.append(phonenumbers.parse(written, country or None))
        except phonenumbers.NumberParseException as error:
            fault = fault or error
    if fault is not None and not read:
        raise fault
    if len(read) == 1:
        return read[0]
    for is_right in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in read:
            if is_right(number):
                return number
    return read[0]


def bare(text: str) -> str:
    """A number without what is only said of it: what cannot be seen, the scheme of an address and, of a SIP address,
    all but the user."""
    seen = _UNSEEN.sub("", text)
    scheme = _SCHEME.match(seen)
    if scheme is None:
        return seen.strip()
    rest = unquote(seen[scheme.end() :])
    if not scheme[1].casefold().startswith("sip"):
        return rest.strip()
    return re.split("[@;]", rest, maxsplit=1)[0].strip()


def _ways(text: str) -> Iterator[str]:
    """What may be meant, the likeliest first: what is written; the same without a zero in brackets, which no number
    from abroad has; and with the + that 00 stands for where the country dials something else."""
    written = bare(text)
    yield written
    shorter = _TRUNK.sub(" ", written, count=1)
    if shorter != written and re.match(r"\s*(\+|00)", shorter):
        yield shorter
    for form in dict.fromkeys((written, shorter)):
        if re.match(r"[^\w+]*00", form):
            yield "+" + re.sub(r"^\W*00", "", form)


def line(text: str, country: str) -> Line:
    """A published number, read as one of the workspace's country where it has no code of its own."""
    import phonenumbers  # here: as above

    try:
        number = parse(text, country)
    except phonenumbers.NumberParseException:
        digits = "".join(letter for letter in text if letter.isdigit())
        return Line(text, digits, digits)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.national_significant_number(number)
    return Line(shown, f"{number.country_code}{national}", national)


@lru_cache(maxsize=4096)
def endpoint(address: str, country: str) -> str:
    """An address as E.164 where it looks like a telephone number, with its extension as in RFC 3966, else without
    differences of case and space."""
    if re.fullmatch(r"\+1[2-9]\d{9}", address, re.ASCII):
        return address  # as E.164 already: nothing can be left out of it
    text = " ".join(_UNSEEN.sub("", address).casefold().split())
    if not is_number(text):
        return text
    import phonenumbers  # here: as above

    try:
        number = parse(text, country)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^\d+]", "", bare(text))
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def is_number(text: str) -> bool:
    """Whether an address looks like a telephone number. A SIP address does if its user is one from its + on: the others
    are names that an exchange gives, if of digits."""
    if len(text) > LONGEST:
        return False
    written = bare(text)
    if re.match(r"\s*sips?:", text, re.IGNORECASE) and not (
        written.startswith("+") or ";user=phone" in text.casefold()
    ):
        return False
    return _LOOKS.fullmatch(written) is not None and any(letter.isdigit() for letter in written)


def readings(number: str) -> tuple[str, ...]:
    """The ways a number in a log may be meant, the likeliest first: digits alone, as one of the workspace's country;
    where that is nobody's, as one with its country's code, which telephone exchanges write without the `+`."""
    return (number, f"+{number}") if number.isascii() and number.isdigit() else (number,)


def same(one: str | None, other: str | None, country: str) -> bool:
    """Whether two addresses are one, however they are written."""
    if one is None or other is None:
        return False
    if one == other:
        return True
    return any(endpoint(text, country) == endpoint(other, country) for text in readings(one)) or any(
        endpoint(text, country) == endpoint(one, country) for text in readings(other)
    )
