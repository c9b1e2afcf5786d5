"""A small working workspace to start from."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from oncall.errors import OncallError

ZONE = "America/New_York"  # of the template
_REVIEWED = b"2026-01-01"  # when everything in the template was last looked at, wherever it says so


def write_template(folder: str, today: date) -> list[str]:
    """Write the template into a folder and return the paths written, relative to it: everything in it was looked over
    today. Nothing is ever overwritten: if any of the files is there already, nothing is written at all."""
    day = today.isoformat().encode("ascii")
    template = {path: data.replace(_REVIEWED, day) for path, data in _template(files("oncall") / "template", "")}
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
