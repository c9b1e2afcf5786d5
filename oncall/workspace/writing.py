"""Files are put in place whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO


def write_whole(path: str, data: bytes) -> None:
    """Write a file so that whoever reads it sees what was there before or all of this; a device or a pipe takes what
    it is given. OSError where it cannot be written."""
    with writing_whole(path) as file:
        file.write(data)


@contextmanager
def writing_whole(path: str) -> Iterator[IO[bytes]]:
    """The same for what is written bit by bit: it is in its place when the block is left, unless by an error."""
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as device:
            yield device
        return
    target = os.path.realpath(path)
    mode = os.stat(target).st_mode & 0o7777 if os.path.exists(target) else 0o644
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".oncall-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.remove(temporary)
        raise
