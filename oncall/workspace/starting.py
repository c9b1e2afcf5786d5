"""A small working workspace to start from."""

from __future__ import annotations

import os
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
    try:
        for path, data in template.items():
            full = os.path.join(folder, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "xb") as file:
                file.write(data)
    except OSError as error:
        raise OncallError(f"{folder}: cannot be written: {error.strerror}") from None
    return list(template)


def _template(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{path}/{entry.name}" if path else entry.name
        found += _template(entry, name) if entry.is_dir() else [(name, entry.read_bytes())]
    return found
