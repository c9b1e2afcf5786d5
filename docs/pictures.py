"""The pictures of the documentation, as SVG: what commands print on a terminal, and the timeline of a postmortem.

The commands are run in a terminal of their own, with colours, on the example workspace and at a fixed time, so that the
pictures are the same on every machine. A font is not loaded from anywhere: whatever the reader has is spread over the
same columns.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from html import escape
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from oncall.output.page import STYLE
from oncall.output.timeline_svg import STYLE as TIMELINE_STYLE

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/pictures"


class Shown(NamedTuple):
    """A command as it is typed, how wide its terminal is, and what the picture shows to who cannot see it."""

    command: str
    width: int
    tells: str


LOG = "schedules/calls/autumn-2026.jsonl"
CALL = f"{LOG} --dispatch 2026-11-05-2358 --as-of now"

TERMINALS = {
    "who": Shown(
        "oncall who --at 2026-11-24T23:58",
        134,
        "Every account with its tiers: who is on call, how to reach them, until when, who is next",
    ),
    "shifts": Shown(
        "oncall shifts field-support --from 2026-11-23 --until +2d",
        100,
        "Two days of field support: a row of bars for each person, and the shifts one by one",
    ),
    "simulate": Shown(
        "oncall simulate field-support --at 2026-11-24T23:58 --given tech-1=busy --given eng-syd-2=acknowledged@9s",
        126,
        "A dry run: the primary is busy, the backup picks up after 54 seconds; each step with its reason, and bars",
    ),
    "replay": Shown(
        f"oncall replay {CALL}",
        118,
        "A call that was missed: what was due beside what happened, where the two part, and which lines say so",
    ),
    "stats": Shown(
        f"oncall stats {LOG} --account northwind-hvac --as-of now --only overview --only depth",
        132,
        "Answer rate, abandonment, service level, time to answer and depth of one account, with their 95% intervals",
    ),
}

_DARK = TerminalTheme(
    (16, 21, 27),
    (222, 229, 236),
    [
        (57, 67, 78), (255, 123, 114), (86, 211, 100), (227, 179, 65),
        (121, 184, 255), (210, 168, 255), (86, 212, 221), (222, 229, 236),
    ],
    [
        (125, 136, 148), (255, 155, 147), (126, 231, 135), (242, 204, 96),
        (165, 214, 255), (226, 197, 255), (179, 240, 255), (255, 255, 255),
    ],
)  # fmt: skip

_PAGE = """<svg class="{unique_id}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{unique_id}-name"
 xmlns="http://www.w3.org/2000/svg">
<title id="{unique_id}-name">NAME</title>
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono",
  monospace; white-space: pre }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def pictures() -> dict[Path, str]:
    """Every picture and what belongs in it."""
    found = {PICTURES / f"{name}.svg": _terminal(name, shown) for name, shown in TERMINALS.items()}
    return {**found, PICTURES / "postmortem.svg": _timeline()}


def _terminal(name: str, shown: Shown) -> str:
    """What a command prints, under the command itself."""
    prompt = Text.assemble(("$ ", "green"), (shown.command, "bold"))
    with open(os.devnull, "w") as nowhere:
        record = Console(file=nowhere, record=True, width=shown.width, force_terminal=True, color_system="truecolor")
        record.print(prompt, soft_wrap=True)
        record.print(Text.from_ansi(typed(shown.command, shown.width).rstrip()), soft_wrap=True)
    svg = record.export_svg(
        title="", theme=_DARK, code_format=_PAGE.replace("NAME", escape(shown.tells)), unique_id=f"oncall-{name}"
    )
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def typed(command: str, width: int) -> str:
    """What a command prints on a terminal so wide, with the codes for its colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 100, width, 0, 0))
    with tempfile.TemporaryDirectory(prefix="oncall-") as cache:
        process = _start(command.split()[1:], cache, theirs)
        os.close(theirs)
        printed = b"".join(iter(lambda: _more(ours), b""))
        process.wait()
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


def _start(words: list[str], cache: str, screen: int) -> subprocess.Popen[bytes]:
    """The command at the root of the repository, with an environment of its own."""
    return subprocess.Popen(  # noqa: S603 - our own program, with words that stand above
        [sys.executable, "-m", "oncall", *words],
        cwd=ROOT,
        env={"ONCALL_CACHE_DIR": cache, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=screen,
        stderr=subprocess.DEVNULL,
    )


def _more(screen: int) -> bytes:
    """What comes next; nothing once the command has ended, which Linux tells as an error."""
    try:
        return os.read(screen, 65536)
    except OSError:
        return b""


def _timeline() -> str:
    """The timeline of a postmortem's page, with the colours of that page."""
    with tempfile.TemporaryDirectory(prefix="oncall-") as folder:
        path = Path(folder, "page.html")
        _start(["postmortem", *CALL.split(), "--html", str(path)], folder, subprocess.DEVNULL).wait()
        html = path.read_text(encoding="utf-8")
    found = re.search(r'<svg (class="timeline wide" viewBox="0 0 (\S+) (\S+)".*?)(<title.*?</svg>)', html, re.DOTALL)
    assert found
    tag, width, height, drawn = found.groups()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {tag}<style>{_timeline_style()}</style>\n'
        f'<rect width="{width}" height="{height}" fill="var(--ground)"/>\n{drawn}\n'
    )


def _timeline_style() -> str:
    """The rules of the page that concern the drawing. Not those that choose between a wide and a narrow one: in a
    picture they would ask how wide the picture is shown, and hide it."""
    colours = STYLE.partition("* {")[0]
    letters = re.findall(r"^svg text .*\n", STYLE, re.MULTILINE)
    return colours + "".join(letters) + TIMELINE_STYLE.partition("svg.timeline.narrow")[0]
