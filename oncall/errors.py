"""What can be wrong: a `Problem` found in a file, and an `OncallError` that stops the question.

Reading never stops at the first problem. Every reader returns the problems it met beside what it could read, and the
answers carry those that could have changed them.
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

_T = TypeVar("_T")
_S = TypeVar("_S")

ERROR = "error"
WARNING = "warning"
INFO = "info"

SEVERITIES = {
    "OC001": ERROR,  # unreadable-file
    "OC002": ERROR,  # unknown-key
    "OC003": ERROR,  # invalid-value
    "OC004": ERROR,  # duplicate-name
    "OC005": ERROR,  # unresolved-reference
    "OC303": ERROR,  # unidentified-person
    "OC304": ERROR,  # broken-event
    "OC305": WARNING,  # vanishing-shift
    "OC307": ERROR,  # unknown-timezone
    "OC310": WARNING,  # stray-exception
    "OC311": WARNING,  # off-rule-start
}


class Problem(Struct, frozen=True):
    """One defect in one place of one file.

    `file` is relative to the workspace with forward slashes (or as it was given, outside one); `line` and `column`
    count from 1 and are None where the defect is of the whole file. `message` says what is wrong and how to mend it, in
    one line; text that comes from a file stands in it as it was written and is made harmless when it is shown.

    What is wrong in stretches of time has them as `spans`, in instants and half-open, and as `parts` what its message
    says before and after them. `key` is what the finding is apart from the time at which it is looked for, where the
    message holds more of that than its stretches.
    """

    code: str
    severity: str
    message: str
    file: str
    line: int | None = None
    column: int | None = None
    spans: tuple[tuple[int, int], ...] = ()
    parts: tuple[str, str] | None = None
    key: str | None = None

    @property
    def place(self) -> tuple[str, int, int, str, str]:
        """The order problems are shown in."""
        return (self.file, self.line or 0, self.column or 0, self.code, self.message)


def problem(
    code: str, message: str, file: str, line: int | None = None, column: int | None = None, severity: str | None = None
) -> Problem:
    """A problem with the severity that its code has, unless another is given."""
    return Problem(code, severity or SEVERITIES[code], message, file, line, column)


class OncallError(Exception):
    """The question cannot be answered: what is wrong, where, and what to do. One line, exit status 2."""


class NotFoundError(OncallError):
    """A name that nothing in the workspace has."""


def contained(work: Callable[[], _T], otherwise: Callable[[str], _S], attach: str = "the file") -> _T | _S:
    """What `work` gives. Where it fails by a fault of ours, that takes down this item and nothing beside it: then it is
    what `otherwise` makes of the sentence that says so, and asks for a report with what is to be attached. An
    OncallError is an answer, and passes."""
    try:
        return work()
    except OncallError:
        raise
    except Exception as error:
        return otherwise(internal_error(error, attach))


def file_error(error: OSError | ValueError) -> str:
    """Why a file cannot be opened, read or written, as the system says it."""
    return getattr(error, "strerror", None) or "this is not a possible name of a file"


def internal_error(error: BaseException, attach: str) -> str:
    """The sentence for a fault of ours."""
    text = " ".join(str(error).split())[:200]
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"internal error ({what}); please report it, with {attach}"
