"""OC201 no-recovery."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Place, Rule
from oncall.lint.rules import oc005_unresolved_reference
from oncall.lint.walk import Span, common, walk, where
from oncall.lint.wording import listed
from oncall.model import Account, Binding, Recovery
from oncall.plan import AWAY


def check(context: Context) -> Iterator[Problem]:
    unresolved: set[Place] | None = None
    for name, policy in context.workspace.policies.items():
        place = context.place("policies", name)
        if policy.recovery is None and not context.refused(place, "recovery"):
            message = f"{name} can end with nobody owning a callback: add `recovery:` with an owner and `due_within`"
            yield RULE.at(place.at("recovery"), message)
    for name, account in context.workspace.accounts.items():
        recovery = getattr(context.policy(account), "recovery", None)
        spans = _unowned(context, account, recovery) if recovery else []
        if recovery is None or not spans or _misread(context, name, account, recovery):
            continue
        if unresolved is None:
            unresolved = {(one.file, one.line, one.column) for one in oc005_unresolved_reference.check(context)}
        if unresolved.isdisjoint(_named(context, name, account)):
            yield _finding(context, name, account, recovery, spans)


def _unowned(context: Context, account: Account, recovery: Recovery) -> list[Span]:
    """The stretches of an account's hours in which nobody would own a callback although a tier has somebody: else it is
    OC104. Who is unidentified, has left or has no usable contact method is the finding of other rules."""
    bindings = _owners(account, recovery)
    manager = account.account_manager
    bindings += (Binding(person=manager),) if manager is not None else ()
    if any(_never_leaves(context, one) for one in bindings):
        return []

    def owned(instant: float) -> bool:
        return any(context.plan.why_not(one.person, instant) != AWAY for one in context.plan.bound(bindings, instant))

    nobody = where(walk(context.at, context.until, context.changes(bindings), owned), lambda state: not state)
    somebody = where(context.reach(account), any)
    return common(common(nobody, somebody), context.open(account))


def _owners(account: Account, recovery: Recovery) -> tuple[Binding, ...]:
    """Whom the roles of a recovery lead to, in the order they are asked."""
    return account.bindings(recovery.owner) + (account.bindings(recovery.escalate_to) if recovery.escalate_to else ())


def _never_leaves(context: Context, binding: Binding) -> bool:
    """Whether somebody is bound by name who is never away."""
    presence = context.plan.presences.get(binding.person or "")
    return binding.person is not None and (presence is None or not presence.away)


def _misread(context: Context, name: str, account: Account, recovery: Recovery) -> bool:
    """Whether an account does say who could own a callback, in a way that is reported as it stands."""
    place = context.place("accounts", name)
    unbound = [role for role in (recovery.owner, recovery.escalate_to) if role and not account.bindings(role)]
    without = account.account_manager is None and context.refused(place, "account_manager")
    return without or any(context.refused(place, "contacts", role) for role in unbound)


def _named(context: Context, name: str, account: Account) -> Iterator[Place]:
    """Where names stand that decide who owns a callback: what is not there behind one of them is OC005."""
    policy, place = context.place("policies", str(account.policy)), context.place("accounts", name)
    yield from (policy.at("recovery", key) for key in ("owner", "escalate_to"))
    yield place.at("account_manager")
    for role in account.contacts:
        yield place.at_key("contacts", role)
        for index, binding in enumerate(account.bindings(role)):
            yield place.at("contacts", role, index, "rotation" if binding.rotation else "person")
            rotation = context.workspace.rotations.get(binding.rotation or "")
            if rotation is not None:
                yield context.place("rotations", str(binding.rotation)).at("calendar")


def _finding(context: Context, name: str, account: Account, recovery: Recovery, spans: list[Span]) -> Problem:
    roles = [role for role in dict.fromkeys((recovery.owner, recovery.escalate_to)) if role]
    bound = [role for role in roles if account.bindings(role)]
    place = context.place("accounts", name)
    if not bound and account.account_manager is None:
        lacks = f"{name} binds nobody to {listed(roles)} and has no account manager"
        return RULE.at(place.at(), f"{lacks}, so nobody would own a callback: add one of them")
    before, advice = f"nobody would own a callback of {name}", f"bind somebody else to {(bound or roles)[-1]}"
    return RULE.during(place.at("contacts", (bound or roles)[0]), before, spans, context.horizon, advice)


RULE = Rule(
    code="OC201",
    name="no-recovery",
    severity=ERROR,
    finds="A policy that can end with nobody owning a callback: one without `recovery`, or stretches of an account's "
    "hours in which nobody is there for its `owner`, for `escalate_to` and as account manager.",
    why="The caller was promised a human. When the whole chain has failed, the one thing left is somebody who knows "
    "that a call is owed; without an owner it is forgotten.",
    mend="Add `recovery: {owner: ROLE, due_within: 15m, escalate_to: ROLE}` to the policy, bind both roles, and name "
    "an account manager who stands in.",
    check=check,
)
