"""OC112 insecure-channel."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.wording import few
from oncall.model import Account, Person, Policy

_INSECURE = ("sms", "whatsapp", "viber", "email", "chat")


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        if account.vertical != "medical":
            continue
        yield from _endpoint(context, name, account)
        for role, exposed in _exposed(context, account, context.policy(account) or Policy(())).items():
            ways = few([f"{person} by {channel}" for person, channel in sorted(exposed.items())])
            message = f"{name} is medical, and its {role} can be reached with no secure method before it: {ways}"
            mend = "put `secure` first, or leave that channel out of the tier's `channels`"
            yield RULE.at(context.place("accounts", name).at("contacts", role), f"{message}; {mend}")


def _endpoint(context: Context, name: str, account: Account) -> Iterator[Problem]:
    place = context.place("accounts", name)
    secure = account.secure_messaging
    if secure is None:
        if not context.refused(place, "secure_messaging"):
            message = f"{name} is medical and has no secure endpoint: write one under `secure_messaging:`"
            yield RULE.at(place.at(), message)
    elif not secure.endpoint.strip():
        message = f"{name} is medical and its secure endpoint is empty: write where its messages are read"
        yield RULE.at(place.at("secure_messaging", "endpoint"), message)


def _exposed(context: Context, account: Account, policy: Policy) -> dict[str, dict[str, str]]:
    """Who can be tried by an insecure channel with nothing secure before it, by role, and by which."""
    found: dict[str, dict[str, str]] = {}
    for tier in policy.tiers:
        for person in context.people_bound(account.bindings(tier.notify)):
            channel = _insecure(context.plan.people[person], tier.channels) if context.here(person) else None
            if channel is not None:
                found.setdefault(tier.notify, {}).setdefault(person, channel)
    return found


def _insecure(person: Person, channels: tuple[str, ...]) -> str | None:
    """The first insecure channel of somebody, unless a secure method comes before it."""
    for method in person.usable_methods(channels):
        if method.channel == "secure":
            return None
        if method.channel in _INSECURE:
            return method.channel
    return None


RULE = Rule(
    code="OC112",
    name="insecure-channel",
    severity=ERROR,
    finds="A medical account whose tiers can try somebody by sms, whatsapp, viber, email or chat with no secure method "
    "before it (`never` and the tier's `channels` applied), or that has no secure endpoint.",
    why="Patient data in a text or a chat is read by whoever holds the phone and kept by whoever runs the service: "
    "that is a breach, even when the message was answered.",
    mend="Give those people a `secure` contact method before the others, or leave the insecure channels out with "
    "`channels` on the tier or `never` on the person. Write the account's endpoint under `secure_messaging:`.",
    check=check,
)
