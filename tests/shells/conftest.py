"""These tests need real shells: they run only where `make test-shells` names some."""

from __future__ import annotations

import os

SHELLS = os.environ.get("ONCALL_SHELLS", "").split()

collect_ignore_glob = [] if SHELLS else ["test_*.py"]
