"""OC404 duplicate-address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.rules.oc403_invalid_address import country_of, extension_fault, what_is_wrong
from oncall.lint.wording import few_others


def check(context: Context) -> Iterator[Problem]:
    yield from _numbers(context)
    yield from _extensions(context)


def _numbers(context: Context) -> Iterator[Problem]:
    country = country_of(context)
    owners: dict[str, dict[str, int]] = {}
    for person, endpoints in context.plan.endpoints.items():
        for index, endpoint in enumerate(endpoints if context.here(person) else ()):
            if re.fullmatch(r"\+\d+", endpoint):
                owners.setdefault(endpoint, {}).setdefault(person, index)
    for people in owners.values():
        for person, index in people.items() if len(people) > 1 else ():
            method = context.plan.people[person].contact_methods[index]
            if what_is_wrong(method, country):
                continue
            others = few_others(people, person)
            message = f"{person} has the same number as {others}, {method.address}: mend the one that is wrong"
            yield RULE.at(context.place("people", person).at("contact_methods", index, "address"), message)


def _extensions(context: Context) -> Iterator[Problem]:
    """Extensions that several people have, be it as an alias or as the address of a contact method."""
    owners: dict[str, dict[str, None]] = {}
    people = {name: person for name, person in context.plan.people.items() if context.here(name)}
    for name, person in people.items():
        addresses = (method.address for method in person.contact_methods)
        for text in (*person.extensions, *person.aliases, *addresses):
            owners.setdefault(text.strip(), {})[name] = None
    for name, person in people.items():
        for index, extension in enumerate(person.extensions):
            if len(owners[extension.strip()]) > 1 and not extension_fault(extension):
                others = few_others(owners[extension.strip()], name)
                message = f"{name} has the same extension as {others}, {extension}: correct the one that is wrong"
                yield RULE.at(context.place("people", name).at("extensions", index), message)


RULE = Rule(
    code="OC404",
    name="duplicate-address",
    severity=WARNING,
    finds="Two people with the same telephone number or extension.",
    why="One of the two is never rung, and nobody finds out before the night it matters. In a replay the calls of one "
    "are taken for the other's.",
    mend="Find out whose number it is, and write the right one for the other.",
    check=check,
)
