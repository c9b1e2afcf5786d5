"""The tables of docs/importing.md that follow from the code: the columns and words that any table is read by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from oncall.logs.formats.vocabulary import EVENTS, HEADERS, IMPLIED_CHANNELS, WORDS

ROOT = Path(__file__).resolve().parents[1]
_PART = re.compile(r"(<!-- (\w+): written by `make docs` -->\n).*?(<!-- end -->)", re.DOTALL)
_BESIDE = {
    "channel": "`phone` is voice, `text` is sms",
    "attempt": "without one, an event is about the last attempt of that person, number and channel",
    "resolved": "yes or no",
}


def importing_page() -> str:
    """The page as it stands, with what is generated between its marks."""
    text = (ROOT / "docs/importing.md").read_text(encoding="utf-8")
    written = {"columns": _columns(), "events": _words("event", EVENTS), "outcomes": _words("outcome", WORDS)}
    return _PART.sub(lambda part: "\n".join([part[1], *written[part[2]], "", part[3]]), text)


def _columns() -> Iterator[str]:
    yield "| field | other headers it is known by |"
    yield "|---|---|"
    for field, others in HEADERS.items():
        known = ", ".join(f"`{header}`" for header in others)
        yield f"| `{field}` | {'; '.join(filter(None, (known, _BESIDE.get(field))))} |"


def _words(kind: str, words: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield f"| {kind} | words |"
    yield "|---|---|"
    for name, others in words.items():
        shown = (f"{word} (by {IMPLIED_CHANNELS[word]})" if word in IMPLIED_CHANNELS else word for word in others)
        yield f"| `{name}` | {', '.join(shown)} |"
