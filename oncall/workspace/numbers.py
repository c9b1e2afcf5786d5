"""Telephone numbers and other addresses in the one form in which equal ones are equal."""

from __future__ import annotations

import re
from functools import lru_cache

from oncall.plan import Line


def line(text: str, country: str) -> Line:
    """A published number, read as one of the workspace's country where it has no code of its own."""
    import phonenumbers  # here: large, and of no use to a workspace without numbers

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        digits = "".join(letter for letter in text if letter.isdigit())
        return Line(text, digits, digits)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.national_significant_number(number)
    return Line(shown, f"{number.country_code}{national}", national)


@lru_cache(maxsize=4096)
def endpoint(address: str, country: str) -> str:
    """An address as E.164 where it looks like a telephone number, else without differences of case and space."""
    if re.fullmatch(r"\+1[2-9]\d{9}", address, re.ASCII):
        return address  # as E.164 already: nothing can be left out of it
    text = " ".join(address.casefold().split())
    if not re.fullmatch(r"(tel:)?\+?[\d\s().\-/]{3,30}", text, re.ASCII):
        return text
    import phonenumbers  # here: large, and of no use to a workspace without numbers

    try:
        number = phonenumbers.parse(text.removeprefix("tel:"), country)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^\d+]", "", text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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
