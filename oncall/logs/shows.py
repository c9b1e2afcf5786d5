"""What a source can show: the channels, callbacks, hang-ups, acknowledgements, ringing and pick-ups in its records.

What a source cannot show is not evidence of anything: that no callback is in a list of telephone calls does not say
that nobody called back. So each log format declares what its records hold, every imported event carries that as
`source.shows`, and nothing that reads a log claims, counts or proposes what its source cannot show. An event that a
live dispatch wrote, or a person, has no such mark: its log shows everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from oncall.model import Channel


class Shows(Struct, frozen=True, omit_defaults=True):
    """What the records of a source hold, where they happened. What is not named, they do."""

    channels: Annotated[
        tuple[Channel, ...] | None,
        Meta(description="the channels whose attempts are recorded; without it, all are"),
    ] = None
    callbacks: Annotated[bool, Meta(description="callbacks: opened, handed on, made")] = True
    hang_ups: Annotated[bool, Meta(description="who hung up: that the caller left, and when")] = True
    acknowledgements: Annotated[bool, Meta(description="that a person took responsibility")] = True
    ringing: Annotated[bool, Meta(description="when an attempt began to ring")] = True
    pick_ups: Annotated[bool, Meta(description="when an attempt was picked up")] = True

    def shows_channel(self, channel: str | None) -> bool:
        """Whether attempts by a channel are recorded."""
        return self.channels is None or channel in self.channels


EVERYTHING = Shows()


def union(sources: Iterable[Shows]) -> Shows:
    """What several sources of one dispatch show together: what any of them does. Without any, everything."""
    distinct = list(dict.fromkeys(sources))
    if len(distinct) <= 1:
        return distinct[0] if distinct else EVERYTHING
    channels: tuple[Channel, ...] | None = None
    if all(source.channels is not None for source in distinct):
        channels = tuple(dict.fromkeys(channel for source in distinct for channel in source.channels or ()))
    return Shows(
        channels=channels,
        callbacks=any(source.callbacks for source in distinct),
        hang_ups=any(source.hang_ups for source in distinct),
        acknowledgements=any(source.acknowledgements for source in distinct),
        ringing=any(source.ringing for source in distinct),
        pick_ups=any(source.pick_ups for source in distinct),
    )
