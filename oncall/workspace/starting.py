"""A small working workspace to start from."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable

from oncall.errors import OncallError

ZONE = "America/New_York"  # of the template
_WRITTEN = date(2026, 1, 1)  # when everything in the template was written and last looked at, wherever it says so
_FIRST_SHIFTS = (date(2026, 1, 5), date(2026, 1, 12))
_TURN = timedelta(weeks=2)  # after which the shifts of the template repeat


def write_template(folder: str, today: date) -> list[str]:
    """Write the template into a folder, as if made today, and return the paths written, relative to it. Nothing is ever
    overwritten: if any of the files is there already, nothing is written at all."""
    template = {path: _dated(data, today) for path, data in _template(files("oncall") / "template", "")}
    there = [path for path in template if os.path.lexists(os.path.join(folder, path))]
    if there:
        raise OncallError(f"{folder}: {', '.join(there)} is there already; nothing was written: name an empty folder")
    made: list[str] = []
    try:
        for path, data in template.items():
            full = os.path.join(folder, path)
            _make_folders(os.path.dirname(full), made)
            with open(full, "xb") as file:
                made.append(full)
                file.write(data)
    except BaseException as error:
        _remove(made)
        if isinstance(error, OSError):
            raise OncallError(f"{folder}: cannot be written: {error.strerror}") from None
        raise
    return list(template)


def _dated(data: bytes, today: date) -> bytes:
    """A file of the template as it is written on a day. Whoever is on call when is the same whenever it was written."""
    earlier = max(0, -((today - _FIRST_SHIFTS[0] - timedelta(days=1)) // _TURN)) * _TURN
    moved = {_WRITTEN: today} | {first: first - earlier for first in _FIRST_SHIFTS}
    written = {f"{old:{form}}": f"{new:{form}}" for old, new in moved.items() for form in ("%Y-%m-%d", "%Y%m%d")}
    return re.sub("|".join(written), lambda match: written[match[0]], data.decode()).encode()


def _make_folders(folder: str, made: list[str]) -> None:
    """Make a folder and those above it, and note which were not there."""
    if folder and not os.path.isdir(folder):
        _make_folders(os.path.dirname(folder), made)
        os.mkdir(folder)
        made.append(folder)


def _remove(made: list[str]) -> None:
    """Leave nothing of what was begun."""
    for path in reversed(made):
        with suppress(OSError):
            (os.rmdir if os.path.isdir(path) else os.remove)(path)


def _template(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{path}/{entry.name}" if path else entry.name
        found += _template(entry, name) if entry.is_dir() else [(name, entry.read_bytes())]
    return found
