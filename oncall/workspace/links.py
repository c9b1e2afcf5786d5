"""Calendars that are named by a link: nothing here reads the network, so a message says how to save one as a file."""

from __future__ import annotations

import re
import shlex

_LINK = r"\s*(?:[a-z][a-z0-9+.-]*://|(?:https?|webcals?|ftp|mailto):)"


def is_link(path: str) -> bool:
    """Whether what is written for a path is a link: `https://…`, `webcal:…`."""
    return re.match(_LINK, path, re.IGNORECASE | re.ASCII) is not None


def fetch_command(link: str) -> str:
    """How to save what a link leads to, for a shell. A `webcal:` link is one that is fetched by https."""
    address = re.sub(r"(?i)^\s*webcals?:(//)?", "https://", link.strip())
    return f"curl -fsSL -o calendar.ics {shlex.quote(address)}"


def site_of(link: str) -> str:
    """As much of a link as may stand in a log: what comes after the host is often a secret."""
    head = re.match(r"\s*([a-z][a-z0-9+.-]*:(?://)?)(?:[^/?#@\s]*@)?([^/?#@\s]*)", link, re.IGNORECASE | re.ASCII)
    return f"{head[1]}{head[2]}/…" if head else "this link"
