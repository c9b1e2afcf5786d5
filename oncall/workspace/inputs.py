"""Opening what is to be read: a regular file, or a pipe that was handed over.

Whoever names the path, and whatever lies there: nothing waits for a pipe that nobody writes to, no device is read, and
no more is taken into memory than was asked for.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import BinaryIO

_PIECE = 1 << 20
_KINDS = (
    (stat.S_ISDIR, errno.EISDIR, "Is a directory"),
    (stat.S_ISFIFO, errno.EINVAL, "it is a pipe, and only regular files are read"),
    (stat.S_ISSOCK, errno.EINVAL, "it is a socket, and only regular files are read"),
    (stat.S_ISCHR, errno.EINVAL, "it is a device, and only regular files are read"),
    (stat.S_ISBLK, errno.EINVAL, "it is a device, and only regular files are read"),
)
_HANDED_OVER = r"/dev/stdin|/(?:dev|proc/self)/fd/\d+"  # `<(command)` of a shell is `/dev/fd/63`


def open_input(path: str, *, follow: bool = True) -> BinaryIO:
    """A regular file, or a pipe that a shell has handed over. OSError where there is none, or it is anything else;
    ValueError where the path holds a null. With `follow` off a link is not followed."""
    if re.fullmatch(_HANDED_OVER, path) and stat.S_ISFIFO(os.stat(path).st_mode):
        return open(path, "rb")
    flags = os.O_RDONLY
    for name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", *(() if follow else ("O_NOFOLLOW",))):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags)  # without waiting: what is no file has to be found out first
    try:
        refuse_special(os.fstat(handle).st_mode)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def refuse_special(mode: int) -> None:
    """OSError unless a mode is a regular file's."""
    for is_kind, number, words in _KINDS:
        if is_kind(mode):
            raise OSError(number, words)


def read_input(path: str, limit: int, *, follow: bool = True) -> bytes:
    """What such a file holds, at most as many bytes."""
    with open_input(path, follow=follow) as file:
        return read_at_most(file, limit)


def read_at_most(file: BinaryIO, limit: int) -> bytes:
    """What is left of a stream, at most as many bytes: memory grows with what there is, not with the limit."""
    pieces, size = [], 0
    while size < limit and (piece := file.read(min(_PIECE, limit - size))):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)
