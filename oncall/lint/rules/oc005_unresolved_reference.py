"""OC005 unresolved-reference.

Names of people, rotations, policies, hours, accounts and files are looked up while reading. Roles are looked at here,
as they are written: a role is there when an account binds it. One that a single account lacks is that account's own
affair (OC101, OC104); one that nobody binds, or an account's that its policy all but names, is taken for a misspelling.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from msgspec import Struct

from oncall.errors import ERROR, Problem
from oncall.fields import suggestion
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.workspace import yaml
from oncall.workspace.load import Place, references
from oncall.workspace.scenarios import read_scenarios

_ALIKE = 0.8  # of a role that an account may well have for itself: nearer than a suggestion has to be


def check(context: Context) -> Iterator[Problem]:
    named = {place[1:]: name for _, name, place in references(context.workspace)}
    echoes = set(_echoes(context))
    for one in context.reported.get("OC005", ()):
        name = named.get((one.file, one.line or 0, one.column or 0))
        if one not in echoes and not (name and context.unread.may_define(name)):
            yield one
    yield from _roles(context)


def _echoes(context: Context) -> Iterator[Problem]:
    """What scenarios say of an account that cannot be used, or of its policy: that is reported where it is wrong."""
    workspace = context.workspace
    for name in read_scenarios(workspace):
        written = workspace.scenarios.get(name)
        if written is None or ("accounts", written.account) not in workspace.places:
            continue
        account = workspace.accounts.get(written.account)
        if account is None or account.policy is not None:
            place = context.place("scenarios", name).at("account")
            yield from (one for one in context.reported.get("OC005", ()) if (one.file, one.line, one.column) == place)


class _Account(Struct):
    """An account as far as its roles go, as it is written."""

    place: Place
    roles: list[str]


class _Policy(Struct):
    """The roles a policy names, as they are written, and where each stands first: in its tiers, and in its recovery."""

    place: Place
    tiers: dict[str, tuple[str | int, ...]]
    recovery: dict[str, tuple[str | int, ...]]
    accounts: list[_Account]

    def unnamed(self) -> list[str]:
        """The roles its accounts bind that it does not name."""
        bound = dict.fromkeys(role for account in self.accounts for role in account.roles)
        return [role for role in bound if role not in self.tiers and role not in self.recovery]


def _roles(context: Context) -> Iterator[Problem]:
    policies, anywhere = _written(context)
    for name, policy in policies.items():
        bound = {role for account in policy.accounts for role in account.roles}
        missing = {role for role in (*policy.tiers, *policy.recovery) if role not in bound}
        strange = {role for role in missing if _is_strange(context, policy, role, anywhere)}
        for role, path in (*policy.tiers.items(), *policy.recovery.items()):
            if role in strange:
                yield RULE.at(policy.place.at(*path), _of_policy(context, name, policy, role))
        for account in policy.accounts:
            yield from _of_account(name, policy, account, strange)


def _written(context: Context) -> tuple[dict[str, _Policy], set[str]]:
    """The policies that accounts use, and every role that any account binds. A policy is left aside where one of its
    accounts cannot be read well enough to say what it binds."""
    workspace = context.workspace
    places = workspace.places.items()
    policies = {name: _Policy(place, *_named(place.node), []) for (kind, name), place in places if kind == "policies"}
    anywhere: set[str] = set()
    for place in (place for (kind, _), place in places if kind == "accounts"):
        contacts = _value(place.node, "contacts")
        policy = _text(_value(place.node, "policy"))
        roles = list(contacts.keys) if isinstance(contacts, yaml.Mapping) else []
        anywhere.update(roles)
        if policy in policies and (contacts is None or isinstance(contacts, yaml.Mapping)):
            policies[policy].accounts.append(_Account(place, roles))
        elif policy in policies:
            del policies[policy]
    return {name: policy for name, policy in policies.items() if policy.accounts}, anywhere


def _named(policy: yaml.Node) -> tuple[dict[str, tuple[str | int, ...]], dict[str, tuple[str | int, ...]]]:
    tiers: dict[str, tuple[str | int, ...]] = {}
    recovery: dict[str, tuple[str | int, ...]] = {}
    written = _value(policy, "tiers")
    for index, tier in enumerate(written.items if isinstance(written, yaml.Sequence) else ()):
        if role := _text(_value(tier, "notify")):
            tiers.setdefault(role, ("tiers", index, "notify"))
    for key in ("owner", "escalate_to"):
        role = _text(_value(_value(policy, "recovery"), key))
        if role and role not in tiers:
            recovery.setdefault(role, ("recovery", key))
    return tiers, recovery


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.Mapping) or key not in node.keys:
        return None
    value = node.keys[key].value
    return None if isinstance(value, yaml.Scalar) and value.text is None else value


def _text(node: yaml.Node | None) -> str | None:
    return node.text if isinstance(node, yaml.Scalar) else None


def _is_strange(context: Context, policy: _Policy, role: str, anywhere: set[str]) -> bool:
    """Whether a role that no account with this policy binds is the policy's fault, and not the accounts'."""
    if context.unread.mentions(role):
        return False
    if role in policy.recovery:
        return True
    if role in anywhere:
        return False
    further = [tier for tier in policy.tiers if tier != next(iter(policy.tiers))]
    no_backup = role in further and not any(one in account.roles for account in policy.accounts for one in further)
    return not no_backup or bool(_alike(role, policy.unnamed()))


def _of_policy(context: Context, name: str, policy: _Policy, role: str) -> str:
    message = f"no account with the policy {name} binds the role {role!r}"
    instead = suggestion(role, policy.unnamed())
    if instead:
        return message + instead
    if role in context.workspace.people or role in context.workspace.rotations:
        return f"{message}: a policy names roles, and each account binds people and rotations to them"
    if role in policy.recovery:
        return f"{message}: bind somebody to it under `contacts:`, or name a role that is bound"
    return f"{message}: bind somebody to it under `contacts:`, or take the tier out"


def _of_account(name: str, policy: _Policy, account: _Account, strange: set[str]) -> Iterator[Problem]:
    """The roles of an account that its policy does not name, and that are all but one which it does."""
    named = (*policy.tiers, *policy.recovery)
    lacking = [role for role in named if role not in account.roles and role not in strange]
    for role in account.roles:
        near = _alike(role, lacking) if role not in named else None
        if near:
            message = f"the policy {name} names no role {role!r} (did you mean {near!r}?)"
            yield RULE.at(account.place.at_key("contacts", role), message)


def _alike(role: str, others: list[str]) -> str | None:
    return next(iter(get_close_matches(role, others, 1, _ALIKE)), None)


RULE = Rule(
    code="OC005",
    name="unresolved-reference",
    severity=ERROR,
    finds="A person, rotation, policy, hours, account, role or file that is named and is not there, at the place where "
    "it is named; a runbook that is not there is OC106.",
    why="Whoever wrote the name meant somebody, and nobody is what the caller gets.",
    mend="Spell the name as it is defined (the nearest one is suggested), or define what it names.",
    check=check,
)
