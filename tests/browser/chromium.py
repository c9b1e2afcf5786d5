"""A Chromium without a window, spoken to over a pipe: what the tests of pages need of it, and no more."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--remote-debugging-pipe", "--no-first-run", "--disable-extensions", "--disable-background-networking"),
)


class Chromium:
    """One browser. A page is loaded for a width and a colour scheme, and asked with JavaScript."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._count = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session: str | None = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        """Ask for something, and wait for the answer."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if getattr(self, "_session", None):
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            block = os.read(self._back, 1 << 16)
            assert block, "Chromium has ended"
            self._rest += block
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def open(self, path: Path, width: int, scheme: str, media: str = "screen") -> None:
        """Load a file as on a screen so wide, in light or dark."""
        self.events.clear()
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.send("Emulation.setEmulatedMedia", media=media, features=features)
        self.send("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._read())

    def ask(self, script: str) -> Any:
        """What an expression comes to."""
        asked = {"expression": script, "returnByValue": True, "awaitPromise": True}
        found = self.send("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def complaints(self) -> list[str]:
        """What went wrong while the page was loaded: errors, warnings, exceptions, and whatever it tried to fetch."""
        found = []
        for event in self.events:
            method, said = event.get("method"), event.get("params", {})
            if method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
                found.append(said["entry"]["text"])
            elif method == "Runtime.exceptionThrown":
                found.append(str(said["exceptionDetails"]["text"]))
            elif method == "Runtime.consoleAPICalled":
                found.append(f"console.{said['type']}")
            elif method == "Network.requestWillBeSent" and not said["request"]["url"].startswith("file:"):
                found.append(f"fetched {said['request']['url']}")
        return found

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        data = self.send("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))


@contextmanager
def chromium(program: str) -> Iterator[Chromium]:
    """A browser, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="oncall-browser-", ignore_cleanup_errors=True) as profile:
        ours_read, theirs_write = os.pipe()
        theirs_read, ours_write = os.pipe()

        def pipes() -> None:
            """Chromium reads from 3 and writes to 4."""
            read, write = os.dup(theirs_read), os.dup(theirs_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        process = subprocess.Popen(
            [program, *_ARGUMENTS, f"--user-data-dir={profile}"],
            preexec_fn=pipes,  # noqa: PLW1509 - there is one thread
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_read)
        os.close(theirs_write)
        try:
            yield Chromium(ours_write, ours_read)
        finally:
            process.terminate()
            process.wait(20)
            os.close(ours_read)
            os.close(ours_write)
