"""What tells a finding from others for services that remember them: the same while lines move and time passes."""

from __future__ import annotations

import hashlib

from oncall.lint.baseline import identity
from oncall.lint.run import Finding


def fingerprint(one: Finding) -> str:
    """A number of 64 hexadecimal digits, different for findings that are the same but for their line."""
    parts = (one.path, one.problem.code, identity(one.problem).message, str(one.repeated))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
