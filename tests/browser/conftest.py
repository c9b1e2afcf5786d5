"""These tests need a browser: they run only where `make test-browser` names one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .chromium import Chromium, chromium

PROGRAM = os.environ.get("ONCALL_CHROMIUM", "")
AXE = os.environ.get("ONCALL_AXE", "")

collect_ignore_glob = [] if PROGRAM else ["test_*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    with chromium(PROGRAM) as found:
        yield found
