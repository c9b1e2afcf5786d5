"""What stood in the calendars of a workspace beside what a commit has: laid over the files of its tree."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from oncall.plan import EnteredEvent


class Overlay(Struct, frozen=True):
    """What the file proves beyond a commit: calendars as they were then, and the events that make the difference."""

    contents: Mapping[str, bytes] = {}
    events: tuple[EnteredEvent, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from others of the same commit; empty where there is nothing."""
        if not self.contents:
            return ""
        total = hashlib.sha256()
        for path, data in sorted(self.contents.items()):
            total.update(f"{path}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
        return f"+{total.hexdigest()[:16]}"


class Standing(Struct, frozen=True):
    """What stood in the calendars at an instant: as far as the file proves it, and as it may have been besides."""

    proven: Overlay
    possible: tuple[Overlay, ...] = ()
