"""What a plan says of the chain of one dispatch: who is bound to which tier when, and where that is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from oncall.errors import Problem
from oncall.escalation.trace import Attempt
from oncall.logs.contacts import Contacts
from oncall.model import MESSAGE_WAIT, VOICE_WAIT, Account, Channel, Policy, Shift
from oncall.plan import EVERYTHING, OutsideWindowError, Plan
from oncall.replay.verdict import ActualAttempt
from oncall.workspace.numbers import same

_UNREAD = ("OC001", "OC003", "OC004", "OC304", "OC307")


def unread(plan: Plan, account: str) -> Iterator[Problem]:
    """What could not be read of the files that an account's chain hangs on: whole files, definitions, events."""
    facts = plan.account_facts.get(account)
    for about in (EVERYTHING, f"accounts/{account}", *(facts.depends if facts else ())):
        for one in plan.reported.get(about, ()):
            if one.code in _UNREAD:
                yield one


class Chain:
    """The policy of an account, for a dispatch that started at an instant. Times count from there."""

    def __init__(self, plan: Plan, account: str, policy: Policy, start: float) -> None:
        self.plan = plan
        self.name = account
        self.account: Account = plan.accounts[account]
        self.policy = policy
        self.written = f"policies/{self.account.policy}"
        self._start = start
        self._names = policy.tier_names
        self._contacts = Contacts(plan)
        self.side_by_side_tiers = frozenset(
            [name for name, tier in zip(self._names, policy.tiers, strict=True) if tier.order == "simultaneous"]
        )

    def by_channels(self, channels: Sequence[Channel]) -> Chain | None:
        """The same chain with the steps on some channels alone. None where that changes nothing, or leaves a tier
        without any."""
        tiers = []
        for tier in self.policy.tiers:
            left = tuple(channel for channel in tier.channels or channels if channel in channels)
            if not left:
                return None
            tiers.append(replace(tier, channels=left))
        policy = replace(self.policy, tiers=tuple(tiers))
        if policy == self.policy:
            return None
        plan = replace(self.plan, policies={**self.plan.policies, str(self.account.policy): policy})
        return Chain(plan, self.name, policy, self._start)

    def index(self, tier: str) -> int:
        """The place of a tier by its name, from 0."""
        return self._names.index(tier)

    def bound(self, index: int, at: float) -> Sequence[Shift]:
        """Everybody a tier leads to at a time; before the start, which is where clocks differ, those at the start.
        OutsideWindowError where the plan does not know."""
        instant = self._start + max(at, 0)
        if not self.plan.window.holds(instant):
            raise OutsideWindowError(instant)
        return self.plan.bound(self.account.bindings(self.policy.tiers[index].notify), instant)

    def tier_of(self, person: str | None, at: float, beyond: int = -1) -> int | None:
        """The first tier beyond a place that leads to somebody at a time."""
        if person is None:
            return None
        later = range(beyond + 1, len(self.policy.tiers))
        return next((index for index in later if any(one.person == person for one in self.bound(index, at))), None)

    def side_by_side(self, one: Attempt, other: Attempt) -> bool:
        """Whether two attempts belong to one pass through a tier that tries everybody side by side."""
        return one.tier == other.tier and one.round == other.round and one.tier in self.side_by_side_tiers

    def wait_of(self, one: ActualAttempt) -> float:
        """How long an attempt is given before the next method: at least, where two methods are alike."""
        known = one.person is not None and one.person in self.plan.people
        methods = self.plan.people[str(one.person)].contact_methods if known else ()
        waits = [method.seconds for method in methods if method.channel == one.channel]
        exact = [
            method.seconds
            for method in methods
            if method.channel == one.channel and self.same_address(one.address, method.address)
        ]
        default = VOICE_WAIT if one.channel in (None, "voice") else MESSAGE_WAIT
        return min(exact or waits or [default])

    def reaches_same(self, address: str | None, due: str) -> bool:
        """Whether an attempt may be the one due, by its address. One that does not say where it reached somebody, as an
        extension does not, may."""
        if address is None or self.same_address(address, due):
            return True
        return not self._contacts.is_of_somebody(address)

    def same_address(self, one: str | None, other: str | None) -> bool:
        """Whether two addresses are one, however they are written."""
        return same(one, other, self.plan.country)

    def place_of(self, one: Attempt) -> tuple[str | None, int | None]:
        """File and line that say why an attempt came when it did."""
        return self.place(one.why.where or self.tier_written(one))

    def who_of(self, one: Attempt) -> tuple[str | None, int | None]:
        """File and line that put its person on call: the calendar's event, else the account's binding."""
        if one.shift.file:
            return one.shift.file, one.shift.line
        role = self.policy.tiers[self.index(one.tier)].notify
        return self.place(f"accounts/{self.name}#contacts/{role}")

    def tier_written(self, one: Attempt) -> str:
        """Where the tier of an attempt is written, for `Plan.place`."""
        return f"{self.written}#tiers/{self.index(one.tier)}"

    def place(self, where: str) -> tuple[str | None, int | None]:
        """File and line of what is written somewhere."""
        return self.plan.place(where) or (None, None)
