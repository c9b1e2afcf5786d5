"""The tables of docs/importing.md that follow from the code: columns and words, the ready mappings, the keys of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import fields as struct_fields

from oncall.logs.mapping import KINDS, Columns, RowRule, TableMapping, json_schema, ready, ready_mapping
from oncall.logs.shows import Shows
from oncall.logs.vocabulary import EVENTS, HEADERS, IMPLIED_CHANNELS, WORDS

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
    written = {
        "columns": _columns(),
        "events": _words("event", EVENTS),
        "outcomes": _words("outcome", WORDS),
        "mappings": _mappings(),
        "keys": _keys(TableMapping),
        "rules": _keys(RowRule),
        "kinds": _kinds(),
        "fields": _keys(Columns),
    }
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


def _mappings() -> Iterator[str]:
    yield "| `--map` | table | how to get it | shows |"
    yield "|---|---|---|---|"
    for name in ready():
        mapping = ready_mapping(name)
        source = f"[{mapping.name}](../oncall/logs/mappings/{name}.yaml)"
        yield f"| `{name}` | {source} | {mapping.export} | {_shown(mapping.shows)} |"


def _shown(shows: Shows) -> str:
    """What a table shows, in words; callbacks, where the rows say who was called, are told as inferred."""
    if shows.channels is None:
        attempts = "all attempts"
    else:
        attempts = f"attempts by {', '.join(shows.channels)}" if shows.channels else "who picked up, not whom it rang"
    if not shows.channels and shows.acknowledgements:
        attempts = "nobody who was notified"
    kinds = {
        "pick-ups": shows.pick_ups,
        "who hung up": shows.hang_ups,
        "acknowledgements": shows.acknowledgements,
    }
    return "; ".join([attempts, *(kind for kind, is_shown in kinds.items() if is_shown)])


def _keys(shape: type[Struct]) -> Iterator[str]:
    yield "| key | meaning |"
    yield "|---|---|"
    schema = json_schema()
    described = {TableMapping.__name__: schema, **schema["$defs"]}[shape.__name__]["properties"]
    for item in struct_fields(shape):
        yield f"| `{item.encode_name}` | {described[item.encode_name].get('description', '')} |"


def _kinds() -> Iterator[str]:
    yield "| `is` | what such a row is |"
    yield "|---|---|"
    for kind, meaning in KINDS.items():
        yield f"| `{kind}` | {meaning} |"
