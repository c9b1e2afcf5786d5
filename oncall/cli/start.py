"""Where the program starts. Until it can handle Ctrl-C itself, Ctrl-C just ends it: importing takes a while."""

from __future__ import annotations

import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run() -> NoReturn:
    """The console script."""
    from oncall.cli import main  # here: only now it is safe to interrupt

    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main.run()
    except KeyboardInterrupt:
        raise SystemExit(main.INTERRUPTED) from None
