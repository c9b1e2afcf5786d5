"""OC005 unresolved-reference.

Names of people, rotations, policies, hours, accounts and files are looked up while reading. Roles are looked at here,
as they are written: a role is there when an account binds it. One that a single account lacks is that account's own
affair (OC101, OC104); one that nobody binds, or an account's that its policy all but names, is taken for a misspelling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.spelling import slip_of, suggestion
from oncall.workspace import yaml
from oncall.workspace.load import Place, references
from oncall.workspace.scenarios import read_scenarios

_USUAL = ("primary", "backup", "manager")
_MAX_ROLES = 200  # that one is compared with: more are more than a policy may have


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

    @property
    def bound(self) -> list[str]:
        """Every role that an account with this policy binds."""
        return list(dict.fromkeys(role for account in self.accounts for role in account.roles))


class _Written(Struct):
    """The policies that accounts use, the roles that any account binds, and how often each role is named or bound."""

    policies: dict[str, _Policy]
    anywhere: set[str]
    uses: Counter[str]


def _roles(context: Context) -> Iterator[Problem]:
    written = _written(context)
    for name, policy in written.policies.items():
        bound = policy.bound
        named = {**policy.tiers, **policy.recovery}
        strange = {role for role in named if role not in bound and _is_strange(context, written, policy, role)}
        for role in strange:
            yield RULE.at(policy.place.at(*named[role]), _of_policy(context, name, policy, role))
        for account in policy.accounts:
            yield from _of_account(name, policy, account, strange)


def _written(context: Context) -> _Written:
    """A policy is left aside where one of its accounts cannot be read well enough to say what it binds."""
    places = context.workspace.places.items()
    policies = {name: _Policy(place, *_named(place.node), []) for (kind, name), place in places if kind == "policies"}
    uses = Counter(role for policy in policies.values() for role in (*policy.tiers, *policy.recovery))
    anywhere: set[str] = set()
    for place in (place for (kind, _), place in places if kind == "accounts"):
        contacts = _value(place.node, "contacts")
        policy = _text(_value(place.node, "policy"))
        roles = list(contacts.keys) if isinstance(contacts, yaml.Mapping) else []
        anywhere.update(roles)
        uses.update(roles)
        if policy in policies and (contacts is None or isinstance(contacts, yaml.Mapping)):
            policies[policy].accounts.append(_Account(place, roles))
        elif policy in policies:
            del policies[policy]
    return _Written({name: policy for name, policy in policies.items() if policy.accounts}, anywhere, uses)


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


def _is_strange(context: Context, written: _Written, policy: _Policy, role: str) -> bool:
    """Whether a role that no account with this policy binds is the policy's fault, and not the accounts'. Where an
    account binds one that is all but the same, the one that is used less is the misspelling."""
    if context.unread.mentions(role):
        return False
    near = alike(role, [one for one in policy.bound if one not in policy.tiers])
    if near is not None:
        return _weight(written, role) < _weight(written, near)
    if role in policy.recovery:
        return True
    further = [tier for tier in policy.tiers if tier != next(iter(policy.tiers))]
    has_no_backup = role in further and not any(one in further for one in policy.bound)
    return role not in written.anywhere and not has_no_backup


def _weight(written: _Written, role: str) -> tuple[bool, int]:
    return role in _USUAL, written.uses[role]


def _of_policy(context: Context, name: str, policy: _Policy, role: str) -> str:
    message = f"no account with the policy {name} binds the role {role!r}"
    instead = suggestion(role, [one for one in policy.bound if role in policy.recovery or one not in policy.tiers])
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
        near = alike(role, lacking) if role not in named else None
        if near is not None:
            message = f"the policy {name} names no role {role!r} (did you mean {near!r}?)"
            yield RULE.at(account.place.at_key("contacts", role), message)


def alike(role: str, others: list[str]) -> str | None:
    """The role that is all but this one; it does not matter which of the two is looked for."""
    return slip_of(role, others[:_MAX_ROLES])


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
