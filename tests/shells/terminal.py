"""A shell on a pseudo-terminal, as somebody types into it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

_QUIET = 0.25  # seconds without output after which a shell has drawn what it draws
_PATIENCE = 60.0  # seconds to wait for what has to come
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])|[\x00-\x08\x0b-\x1f\x7f]"
)


class Terminal:
    """One shell, in a folder. `output` is what it has written."""

    def __init__(self, program: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.output = b""
        self.folder = folder
        self._process, self._handle = pty.fork()
        if self._process == 0:
            try:
                os.chdir(folder)
                os.execve(program, [program, "-i"], dict(environment))
            finally:
                os._exit(127)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.close(self._handle)
        os.waitpid(self._process, 0)

    def type(self, keys: str, until: str = "") -> str:
        """Press keys, and wait until the output holds a text and nothing more comes; the output, without what moves
        the cursor."""
        deadline = time.monotonic() + _PATIENCE
        os.write(self._handle, keys.encode())
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self._handle], [], [], _QUIET)
            if ready:
                self._receive()
            elif until in (answer := visible(self.output)):
                return answer
        raise AssertionError(f"{keys!r}: waited for {until!r}, and there was {self.output!r}")

    def _receive(self) -> None:
        data = os.read(self._handle, 65536)
        self.output += data
        if b"\x1b[c" in data or b"\x1b[0c" in data:  # fish asks what terminal it is on
            os.write(self._handle, b"\x1b[?62c")


def visible(output: bytes) -> str:
    """What a terminal was given to show."""
    return _SEQUENCE.sub("", output.decode("utf-8", "replace"))
