"""What Asterisk writes for whom it calls: `SIP/trunk/12025550101`, `PJSIP/12025550101@trunk`, `Local/2001@agents/n`."""

from __future__ import annotations

import re
from collections.abc import Sequence

WHICH = "several numbers were dialled at once through one trunk, and nothing says which of them this is"

_CALL_TIME = re.compile(r"(?:.*-)?(\d{9,10})\.\d+", re.ASCII)
_SHORT_MARK = re.compile(r"-[0-9a-f]+(;\d)?$")  # as of IAX2/office-5; a name may end so as well
_CHANNEL = re.compile(r"-[0-9a-f]{6,}(;\d)?$")


def number(target: str) -> str:
    """The number in a place that is called, if there is one: before the `@`, else the last part that is one."""
    _, way, rest = target.partition("/")
    before, _, after = (rest if way else target).partition("@")
    for part in (before.rpartition("/")[2], after.partition("@")[0].rpartition("/")[2]):
        found = re.sub("^(sips?|tel):", "", part.strip(), flags=re.IGNORECASE)
        found = re.sub(r"-[0-9a-f]{1,2}$", "", found)  # the mark of a channel, as of DAHDI/i1/12025550101-2
        if re.fullmatch(r"\+?[\d().\- ]*\d", found, re.ASCII):
            return found
    return ""


def shown(dialled: str) -> str:
    """What is called, without the password that a dial string may hold."""
    return re.sub(r":[^@/&,|]*@", ":…@", dialled)


def peer(target: str) -> str:
    """The name in a place that is called, without what comes before and after: `alice` in `SIP/alice@office`."""
    return target.partition("/")[2].partition("@")[0].partition("/")[0]


def targets(dialled: str) -> list[str]:
    """The places that a `Dial` calls at once."""
    return [target.strip() for target in re.split(r"[,|]", dialled, maxsplit=1)[0].split("&") if target.strip()]


def is_local(target: str) -> bool:
    """Whether it is a way through the dial plan, and calls nobody by itself."""
    return target.casefold().startswith("local/")


def channel_target(channel: str, called: Sequence[str]) -> str | None:
    """Which of the places called at once a channel leads to; None where it may be several."""
    if len(called) == 1:
        return called[0]
    found = [target for target in called if leads_to(channel, target)]
    return found[0] if len(found) == 1 else None


def leads_to(channel: str, target: str) -> bool:
    """Whether a channel is one to a place that was called."""
    ways = _ways(target)
    return without_mark(channel).casefold() in ways or _SHORT_MARK.sub("", channel).casefold() in ways


def created(channel: str) -> int | None:
    """When a channel came to be, in seconds since 1970, which its id begins with."""
    found = _CALL_TIME.fullmatch(channel)
    return int(found[1]) if found else None


def without_mark(channel: str) -> str:
    """A channel without the number that sets it apart from others to the same place."""
    return _CHANNEL.sub("", channel)


def _ways(target: str) -> set[str]:
    """What the channels to a place are called."""
    technology, _, rest = target.casefold().partition("/")
    before, at, after = rest.partition("@")
    ends = {before, before.partition("/")[0], after.partition("/")[0] if at else before}
    return {f"{technology}/{end}" for end in ends if end}
