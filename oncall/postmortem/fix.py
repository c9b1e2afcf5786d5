"""A proposed change as plain data, and what the proposals are worked out from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from oncall.escalation.trace import Trace
from oncall.model import CALL_WINDOW, MESSAGE_WINDOW, Account, Policy, Tier
from oncall.plan import Plan
from oncall.postmortem.proof import Proof, Shift
from oncall.replay.record import Record
from oncall.replay.verdict import Counterfactual, Verdict
from oncall.workspace.amend import Amended, Wish


class Place(Struct, frozen=True):
    """A file and line, and what it says."""

    file: str
    line: int
    says: str


class Fix(Struct, frozen=True):
    """One change: what to do, and why.

    `wishes` are values that are to be others in the YAML files, `shifts` people to be put on call; a fix without either
    is for people, and `places` are the lines that they are to follow. `decide` is what somebody has to settle first.
    `only_if` marks a fix that is right in one case alone, and is not counted in what all of them come to; `for_people`
    one for those who worked the call. `instead` is what to propose where it breaks something, the best first. `client`
    says it to a client: a sentence without names, numbers and words of the files.
    """

    title: str
    why: str
    wishes: tuple[Wish, ...] = ()
    shifts: tuple[Shift, ...] = ()
    places: tuple[Place, ...] = ()
    decide: str = ""
    only_if: bool = False
    for_people: bool = False
    instead: tuple[Fix, ...] = ()
    client: str = ""

    @property
    def is_edit(self) -> bool:
        """Whether it changes a file."""
        return bool(self.wishes or self.shifts)


class Proposal(Struct, frozen=True):
    """A fix, what it comes to in the files (None where their text does not let it be made by itself), what it would
    have made of the dispatch, and what came of it in a copy of the workspace."""

    fix: Fix
    amended: Amended | None = None
    effect: Counterfactual | None = None
    proof: Proof | None = None


class Case(Struct, frozen=True):
    """A dispatch whose handling is to be better next time: the verdict, and today's plan, account and policy, which
    are what can be changed. `read` gives the bytes of a file of the workspace."""

    verdict: Verdict
    record: Record
    plan: Plan
    name: str
    account: Account
    policy: Policy
    read: Callable[[str], bytes]

    @property
    def instant(self) -> int:
        """When the dispatch started."""
        return int(self.verdict.at)

    @property
    def trace(self) -> Trace | None:
        """What the policy wanted."""
        return self.verdict.trace

    @property
    def written(self) -> str:
        """Where the policy is written, for `Plan.place`."""
        return f"policies/{self.account.policy}"

    def called(self, person: str | None) -> str:
        """`Priya Raman (tech-1)`."""
        if person is None:
            return "somebody"
        name = self.plan.people[person].name if person in self.plan.people else person
        return name if name == person else f"{name} ({person})"

    def window_of(self, tier: Tier) -> int:
        """How long a tier is given."""
        default = CALL_WINDOW if self.account.kind == "call" else MESSAGE_WINDOW
        return self.account.ack_window or tier.ack_window or default

    def place(self, where: str, says: str) -> tuple[Place, ...]:
        """Where something is written, if that is known."""
        found = self.plan.place(where)
        return (Place(*found, says),) if found else ()

    def sharers(self) -> list[str]:
        """The other accounts with the same policy."""
        return [
            name
            for name, account in self.plan.accounts.items()
            if account.policy == self.account.policy and name != self.name
        ]

    def everybody_with_it(self) -> str:
        """What a change of the policy touches besides, in words; nothing where it is this account's alone."""
        others = self.sharers()
        if not others:
            return ""
        shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        return f"The policy {self.account.policy} is also that of {shown}: it changes for them, too."

    def people_of(self, roles: Iterable[str], at: float = 0) -> list[str]:
        """Who has some roles at a time, as far as they are known."""
        bindings = [binding for role in roles for binding in self.account.bindings(role)]
        shifts = self.plan.bound(bindings, self.instant + at)
        return [one.person for one in shifts if one.person is not None and one.person in self.plan.people]
