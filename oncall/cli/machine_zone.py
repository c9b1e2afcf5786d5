"""The time zone of the machine: that of a calendar which names none."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from oncall import times

_FOLDERS = ("posix/", "right/")
_MOST_BYTES = 1_000_000


def machine_zone(environment: Mapping[str, str], etc: str = "/etc") -> ZoneInfo | None:
    """What $TZ says, else what the machine is set to; None where that is no zone we know.

    The rules are those of the name in our own time-zone data. Only a machine whose /etc/localtime is a copy, and which
    keeps its name nowhere, has its own rules read.
    """
    asked = environment.get("TZ")
    if asked is not None:
        return _named(asked.removeprefix(":") or "UTC")
    localtime = os.path.join(etc, "localtime")
    if os.path.islink(localtime):
        zone = _named(os.path.realpath(localtime)) or _named(os.readlink(localtime))
        if zone:
            return zone
    return _named(_first_line(os.path.join(etc, "timezone"))) or _copied(localtime)


def _named(text: str) -> ZoneInfo | None:
    """A zone by its name, or by a path to it: `/usr/share/zoneinfo/posix/Europe/Berlin`."""
    name = text.rpartition("zoneinfo/")[2].strip()
    for folder in _FOLDERS:
        name = name.removeprefix(folder)
    return times.zone(name)


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.readline(_MOST_BYTES).strip()
    except OSError:
        return ""


def _copied(path: str) -> ZoneInfo | None:
    try:
        if not 0 < os.stat(path).st_size < _MOST_BYTES:
            return None
        with open(path, "rb") as file:
            return ZoneInfo.from_file(file, key="localtime")
    except (OSError, ValueError, struct.error):  # cut off, it is "unpack requires a buffer of 24 bytes"
        return None
