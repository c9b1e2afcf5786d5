"""What a log costs grows with its size, whatever stands in it."""

from __future__ import annotations

import gzip
import io
import json
import random
from collections.abc import Callable

import pytest

from oncall.logs.reading import Log
from oncall.replay.judge import judge
from oncall.replay.metrics import Wakings
from oncall.replay.run import record_from
from tests.escalation.generate import dry_run
from tests.work import growth

TIME = "2026-03-10T02:00:00Z"
PLAN = dry_run(0).plan


def event(kind: str, dispatch: str = "d", **more: object) -> str:
    return json.dumps({"time": TIME, "type": kind, "dispatch": dispatch, **more})


def clock(second: int) -> str:
    return f"2026-03-{1 + second // 86_400 % 28:02}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}Z"


LOGS: dict[str, Callable[[int], str]] = {
    "dispatches at one instant": lambda number: event("received", f"d{number}"),
    "dispatches of a line each": lambda number: event("received", f"d{number}", line=f"+1202{number:07}"),
    "notes of one dispatch": lambda number: event("note", text=str(number)),
    "notes that are the same": lambda number: event("note"),
    "gaps": lambda number: event("gap", until=clock(number)),
    "accounts of one dispatch": lambda number: event("note", account=f"a{number}"),
    "attempts of one dispatch": lambda number: event(
        "attempt_started", person="ann", channel="voice", attempt=str(number)
    ),
    "attempts without a name": lambda number: event("attempt_started", person=f"p{number}", channel="voice"),
    "ends without a start": lambda number: event("attempt_ended", person=f"p{number}", outcome="busy"),
    "acknowledgements": lambda number: event("acknowledged", person=f"p{number}"),
    "types that are none": lambda number: event(f"t{number}"),
    "lines that are cut off": lambda number: event("received", f"d{number}")[:40],
    "lines that are nobody's": lambda number: "x",
    "200 attempts each": lambda number: event(
        "attempt_started" if number % 200 else "received",
        f"d{number // 200}",
        address=f"+1202555{number % 7:04}",
        channel="sms",
        attempt=str(number),
    ),
}


def replayed(data: bytes) -> int:
    log = Log(io.BytesIO(data))
    found = [record_from(group, log.faults) for group in log.groups()]
    return sum(judge(record, PLAN).result == "reached" for record in found if record is not None)


@pytest.mark.parametrize("name", LOGS)
def test_a_log_twice_as_long_takes_no_more_than_twice_as_long(name: str) -> None:
    def work(size: int) -> None:
        replayed("\n".join([event("received"), *map(LOGS[name], range(size))]).encode())

    assert growth(work, 2000) < 3.2


@pytest.mark.parametrize("keys", ["keys that are none", "one long value"])
def test_a_line_twice_as_long_takes_no_more_than_twice_as_long(keys: str) -> None:
    def work(size: int) -> None:
        many = (
            {f"k{number}": number for number in range(size)}
            if keys == "keys that are none"
            else {"type": "x" * 9 * size}
        )
        wrong = dict.fromkeys(("due", "until", "owner", "channel", "line", "text", "raw", "person", "attempt"), 1)
        replayed("\n".join([event("received"), *[event("note", **wrong, **many) for _ in range(10)]]).encode())

    assert growth(work, 4000) < 3.2


@pytest.mark.parametrize("order", ["later and later", "sooner and sooner", "in any order"])
def test_wakings_are_counted_in_a_time_that_grows_with_their_number(order: str) -> None:
    def counted(size: int) -> None:
        instants = [number * 61.0 for number in range(size)]
        if order != "later and later":
            instants.reverse() if order == "sooner and sooner" else random.Random(0).shuffle(instants)
        wakings = Wakings()
        for at in instants:
            wakings.add(at)
        assert len(wakings) == size

    assert growth(counted, 20_000) < 3.2


def members(content: bytes, number: int) -> bytes:
    return gzip.compress(content) * number


@pytest.mark.parametrize("content", [b"x", b"\n", b"x\n"])
def test_a_gzip_of_many_parts_is_read_in_a_time_that_grows_with_their_number(content: bytes) -> None:
    def read(size: int) -> None:
        sum(1 for _ in Log(io.BytesIO(members(content, size))).groups())

    assert growth(read, 10_000) < 3.2


@pytest.mark.parametrize("content", [b"\n", b"x", b"x\n"], ids=["empty lines", "one long line", "short lines"])
def test_a_gzip_that_unpacks_to_much_more_than_its_size_is_not_read_to_its_end(content: bytes) -> None:
    parts = (
        event("received").encode() + b"\n",
        content * (40_000_000 // len(content)),
        event("received", "e").encode(),
    )
    packed = gzip.compress(b"".join(parts))
    log = Log(io.BytesIO(packed))
    assert [(group.dispatch, group.cut_off) for group in log.groups()] == [("d", True)]
    assert log.broken
    assert any("more than" in fault.what for fault in log.faults.first) or log.faults.number > len(log.faults.first)
