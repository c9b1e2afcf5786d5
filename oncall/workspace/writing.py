"""Files are put in place whole or not at all, with the owner and the mode that they had, or the umask asks for."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

_NO_INHERITANCE = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def write_whole(path: str, data: bytes) -> None:
    """Write a file so that whoever reads it sees what was there before or all of this; a device or a pipe takes what
    it is given. OSError where it cannot be written: it is read-only, or nobody reads the pipe."""
    with writing_whole(path) as file:
        file.write(data)


@contextmanager
def writing_whole(path: str) -> Iterator[IO[bytes]]:
    """The same for what is written bit by bit: it is in its place when the block is left, unless by an error."""
    if os.path.exists(path) and not os.path.isfile(path):
        with _special(path) as device:
            yield device
        return
    target = os.path.realpath(path)
    before = _replaceable(target)
    folder = os.path.dirname(target)
    unnamed = _unnamed(folder)
    handle, temporary = (unnamed, None) if unnamed is not None else _named(folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            _keep(file.fileno(), before)
            os.fsync(file.fileno())
            if temporary is None:
                temporary = _linked(file.fileno(), folder)
        os.replace(temporary, target)
    except BaseException:
        if temporary is not None:
            with suppress(OSError):
                os.remove(temporary)
        raise


def _special(path: str) -> IO[bytes]:
    """A device, or a pipe that somebody reads."""
    try:
        handle = os.open(path, os.O_WRONLY | _NO_INHERITANCE | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "nobody reads this pipe") from None
        raise
    os.set_blocking(handle, True)
    return os.fdopen(handle, "wb")


def _replaceable(target: str) -> os.stat_result | None:
    """What a file is before it is replaced, None where there is none. A folder's permissions would let us replace what
    its owner has made read-only."""
    try:
        status = os.stat(target)
    except FileNotFoundError:
        return None
    if not os.access(target, os.W_OK) or not status.st_mode & 0o222:
        raise PermissionError(errno.EACCES, "it is read-only")
    return status


def _unnamed(folder: str) -> int | None:
    """A file without a name, of which nothing is left when the process is killed; None where a system has none."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY | _NO_INHERITANCE, 0o600)
    except OSError:
        return None


def _named(folder: str) -> tuple[int, str]:
    temporary = _temporary_name(folder)
    return os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_INHERITANCE, 0o600), temporary


def _linked(handle: int, folder: str) -> str:
    """Give a file without a name one."""
    temporary = _temporary_name(folder)
    where = os.open(folder, os.O_RDONLY | _NO_INHERITANCE)
    try:  # with a folder's descriptor it is linkat(2), which follows the link that /proc has
        os.link(f"/proc/self/fd/{handle}", os.path.basename(temporary), dst_dir_fd=where, follow_symlinks=True)
    finally:
        os.close(where)
    return temporary


def _temporary_name(folder: str) -> str:
    return os.path.join(folder, f".oncall-{os.urandom(8).hex()}")


def _keep(handle: int, before: os.stat_result | None) -> None:
    """Give a new file the owner and the mode of the one it replaces; the mode that the umask asks for, where there is
    none."""
    if before is None:
        mask = os.umask(0o077)
        os.umask(mask)
        os.fchmod(handle, 0o666 & ~mask)
        return
    ours = os.fstat(handle)
    if (ours.st_uid, ours.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.fchown(handle, before.st_uid, before.st_gid)
        except PermissionError:  # somebody else's, in a folder where we may write: the group at least
            with suppress(PermissionError):
                os.fchown(handle, -1, before.st_gid)
    os.fchmod(handle, stat.S_IMODE(before.st_mode))
