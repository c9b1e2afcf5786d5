"""On-call operations: who is on call, whether the chain holds, and what happened when it did not.

`who`, `shifts`, `who_in_calendar` and `problems` ask from a script what the command line asks; see `oncall.library`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as `typing` has it, which takes a while to import: until `cli.start` nothing handles Ctrl-C

__version__ = "0.1.0"

if TYPE_CHECKING:
    from oncall.answers import Answer as Answer
    from oncall.answers import Entry as Entry
    from oncall.answers import TierAnswer as TierAnswer
    from oncall.errors import NotFoundError as NotFoundError
    from oncall.errors import OncallError as OncallError
    from oncall.errors import Problem as Problem
    from oncall.library import problems as problems
    from oncall.library import shifts as shifts
    from oncall.library import to_json as to_json
    from oncall.library import who as who
    from oncall.library import who_in_calendar as who_in_calendar
    from oncall.timetables import Gap as Gap
    from oncall.timetables import Stretch as Stretch
    from oncall.timetables import Timetable as Timetable

_HOMES = {
    "oncall.library": ("who", "shifts", "who_in_calendar", "problems", "to_json"),
    "oncall.answers": ("Answer", "Entry", "TierAnswer"),
    "oncall.timetables": ("Timetable", "Stretch", "Gap"),
    "oncall.errors": ("OncallError", "NotFoundError", "Problem"),
}

__all__ = [name for names in _HOMES.values() for name in names]


def __getattr__(name: str) -> object:
    """What is asked for is imported then: `oncall who` starts without the rest."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'oncall' has no attribute {name!r}")
