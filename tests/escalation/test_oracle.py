"""The engine beside an oracle that counts seconds: the same dispatch, whatever the plan and whoever responds how."""

from __future__ import annotations

from hypothesis import given, settings

from . import generate
from .oracle import narrate
from .plans import Dry, told


@settings(max_examples=2000)
@given(generate.dry_runs)
def test_the_engine_says_what_counting_seconds_says(dry: Dry) -> None:
    assert told(dry.run()) == narrate(dry)
