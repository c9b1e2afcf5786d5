"""OC403 invalid-address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.model import ContactMethod, SecureMessaging

_NUMBERED = ("voice", "sms", "whatsapp", "viber")
_SLACK = 6  # digits of a number that a prefix for long distance, or abroad, may add
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def check(context: Context) -> Iterator[Problem]:
    yield from _of_people(context)
    yield from _of_accounts(context)


def _of_people(context: Context) -> Iterator[Problem]:
    country = country_of(context)
    for name, person in context.plan.people.items():
        place = context.place("people", name)
        if person.email is not None and (fault := _email(person.email)):
            yield RULE.at(place.at("email"), f"the e-mail address of {name}, {person.email!r}, {fault}")
        for index, method in enumerate(person.contact_methods):
            if fault := what_is_wrong(method, country):
                where = place.at("contact_methods", index, "address")
                yield RULE.at(where, f"the {method.channel} address of {name}, {method.address!r}, {fault}")
        for index, extension in enumerate(person.extensions):
            if fault := extension_fault(extension):
                yield RULE.at(place.at("extensions", index), f"the extension of {name}, {extension!r}, {fault}")


def _of_accounts(context: Context) -> Iterator[Problem]:
    country = country_of(context)
    for name, account in context.workspace.accounts.items():
        place = context.place("accounts", name)
        for index, line in enumerate(account.lines):
            if fault := _number(line, country):
                yield RULE.at(place.at("lines", index), f"the line of {name}, {line!r}, {fault}")
        for key, url in _endpoints(account.secure_messaging):
            if fault := _text(url):
                yield RULE.at(place.at("secure_messaging", key), f"the secure {key} of {name}, {url!r}, {fault}")


def country_of(context: Context) -> str | None:
    """The country of numbers without one: nothing where none is set, None where what is set cannot be read, which is
    reported where it stands."""
    head = context.workspace.head
    country = context.workspace.settings.country
    return None if country is None and head and context.refused(head, "settings", "country") else country or ""


def _endpoints(secure: SecureMessaging | None) -> Iterator[tuple[str, str]]:
    """The endpoints that are written; that one is empty is another rule's."""
    for key, url in (("endpoint", secure.endpoint), ("fallback", secure.fallback)) if secure is not None else ():
        if url and url.strip():
            yield key, url


def what_is_wrong(method: ContactMethod, country: str | None) -> str | None:
    """Why the address of a contact method cannot be right; None where it can."""
    address = method.address
    if method.channel == "voice" and re.match("sips?:", address, re.IGNORECASE):
        return _text(address) or (None if re.fullmatch(r"sips?:[^@]+(@[^@]+)?", address, re.IGNORECASE) else _MEND_SIP)
    if method.channel in _NUMBERED or (method.channel == "pager" and address.startswith("+")):
        return _number(address, country)
    if method.channel == "email" or (method.channel == "pager" and "@" in address):
        return _email(address)
    return _text(address)


def extension_fault(extension: str) -> str | None:
    """Why an extension cannot be right; None where it can."""
    if fault := _text(extension):
        return fault
    if re.fullmatch(r"[*#]?\d{1,8}", extension, re.ASCII):
        return None
    if re.fullmatch(r"\+?\d[\d().-]*", extension, re.ASCII):
        return "is a telephone number: list it under `contact_methods`"
    return "is not a number: write it as 7004; names of channels, as PJSIP/7004, go under `aliases`"


_MEND_SIP = "is no SIP address: write sip:NAME@HOST"


def _text(address: str) -> str | None:
    if not address.strip():
        return "is empty: write one, or take the entry out"
    if _HIDDEN.search(address):
        return "has a character in it that cannot be seen: write it anew"
    return "has a space in it: take it out" if re.search(r"\s", address) else None


def _email(address: str) -> str | None:
    fault = _text(address)
    if fault:
        return fault
    local, _, domain = address.removeprefix("mailto:").rpartition("@")
    if not local or not domain:
        return "is no e-mail address: write NAME@HOST"
    quoted = local.startswith('"') and local.endswith('"')
    right = re.fullmatch(r"[\w-]+(\.[\w-]+)*|\[[0-9A-Fa-f.:]+\]", domain) and (
        quoted or not re.search(r"[@,;<>]", local)
    )
    return None if right else "is no e-mail address: write NAME@HOST, and one alone"


@lru_cache(maxsize=4096)
def _number(text: str, country: str | None) -> str | None:
    """Why a telephone number cannot be right. Lengths and countries are checked and no more: which numbers are given
    out changes, and those of fiction never are."""
    import phonenumbers  # here: large, and of no use to a workspace without numbers

    from oncall.workspace.numbers import bare, parse  # here: likewise

    if not text.strip() or _HIDDEN.search(text):
        return _text(text)
    written = bare(text)
    try:
        number = parse(text, country or "")
    except phonenumbers.NumberParseException as error:
        foreign = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return _of_no_country(written, country) if foreign else f"is not a telephone number: {_LIKE}"
    found = f"{number.country_code}{number.national_number}{number.extension or ''}"
    if not re.match(r"[+(\d]", written) or sum(one.isdigit() for one in written) > len(found) + _SLACK:
        return f"is not one telephone number alone: {_LIKE}"
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.TOO_SHORT and re.fullmatch(r"[*#]?\d{2,5}", written, re.ASCII):
        return "is too short for a telephone number: an extension goes under `extensions`"
    return None if reason == phonenumbers.ValidationResult.IS_POSSIBLE else _FAULTS.get(reason, _WRONG)


def _of_no_country(written: str, country: str | None) -> str | None:
    if written.startswith("+"):
        return "begins with the code of no country: correct the digits after the +"
    if country is None:
        return None
    cure = "set it in oncall.yaml, or write +, the country's code and the rest"
    return f"does not say its country, and `settings.country` is not set: {cure}"


_LIKE = "write one, as +12025550101"
_WRONG = "has a length that numbers of its country do not have: count its digits"
_FAULTS = {  # by phonenumbers.ValidationResult
    1: "begins with the code of no country: correct its first digits",
    2: "is too short for a telephone number: count its digits",
    3: "is too long for a telephone number: count its digits",
    4: "is too short, or has no area code: write the whole number",
}


RULE = Rule(
    code="OC403",
    name="invalid-address",
    severity=ERROR,
    finds="A number or address that cannot be right, of a person or of a published line: a telephone number that its "
    "country (else `settings.country`) cannot have, an e-mail address that is none, anything empty or with spaces.",
    why="A number with a digit too few is tried, fails and costs half a minute, every time, before somebody else is.",
    mend="Ask for the right one. Telephone numbers are best written with the country's code, as +12025550101 is.",
    check=check,
)
