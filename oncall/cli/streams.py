"""The standard streams: whatever a command writes passes through one escaper, wherever its text came from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from oncall.output.escape import printed


class SafeStream:
    """A standard stream that lets no text steer a terminal or command a CI runner. It has no `buffer`: nothing gets
    past it. A stream of complaints does not fail: there is nobody left to tell."""

    def __init__(self, stream: Any, *, may_fail: bool) -> None:
        self._stream = stream
        self._may_fail = may_fail
        self._at_line_start = True

    def write(self, text: str) -> int:
        """Write a text as plain text."""
        return self._put(text)

    def write_styled(self, text: str) -> int:
        """Write what rich has drawn."""
        return self._put(text, styled=True)

    def write_commands(self, text: str) -> int:
        """Write what may hold workflow commands of ours."""
        return self._put(text, commands=True)

    def _put(self, text: str, **allowed: bool) -> int:
        if not isinstance(text, str):
            raise TypeError(f"text is written here, not {type(text).__name__}")
        if not text:
            return 0
        shown = printed(text, line_start=self._at_line_start, **allowed)
        # A line that has nothing but space so far still begins: commands are looked for after space.
        last = text.rpartition("\n")
        self._at_line_start = not last[2].strip() and (bool(last[1]) or self._at_line_start)
        with self._failing():
            self._stream.write(shown)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write texts as plain text."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand on what has been written."""
        with self._failing():
            self._stream.flush()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        if self._may_fail:
            yield
        else:
            with suppress(OSError, ValueError):
                yield

    def isatty(self) -> bool:
        """Whether somebody is looking."""
        return bool(self._stream.isatty())

    def fileno(self) -> int:
        """The stream's descriptor."""
        return int(self._stream.fileno())

    @property
    def encoding(self) -> str:
        """The stream's encoding."""
        return str(self._stream.encoding)

    @property
    def errors(self) -> str | None:
        """What becomes of a letter that the encoding lacks."""
        found: str | None = self._stream.errors
        return found


@contextmanager
def safe_streams() -> Iterator[None]:
    """Have the standard streams safe in the block."""
    before = sys.stdout, sys.stderr
    sys.stdout = SafeStream(before[0], may_fail=True)
    sys.stderr = SafeStream(before[1], may_fail=False)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
