"""Event logs for rules that go by one, written tersely.

A dispatch is `ACCOUNT INSTANT | LINE | LINE …`, its lines as those of `tests.replay.logs`; ACCOUNT is `-` where the log
does not say it. `raw TEXT` is a line as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from oncall.logs.event import encode
from tests.replay.logs import Writer


def log_lines(dispatches: Iterable[str]) -> list[bytes]:
    """The lines of a log; its dispatches are d1, d2 … unless a line says otherwise."""
    found: list[bytes] = []
    for number, text in enumerate(dispatches, 1):
        if text.startswith("raw "):
            found.append(text.removeprefix("raw ").encode())
            continue
        head, *lines = (part.strip() for part in text.split("|"))
        account, instant = head.split()
        writer = Writer(None if account == "-" else account, int(datetime.fromisoformat(instant).timestamp()))
        found += [encode(replace(one, dispatch=f"d{number}")) for one in writer.events(lines)]
    return found


def write_log(path: Path, dispatches: Iterable[str]) -> Path:
    """A log as a file."""
    path.write_bytes(b"\n".join(log_lines(dispatches)) + b"\n")
    return path
