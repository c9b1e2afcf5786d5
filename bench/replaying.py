"""Replaying a log beside decoding it; run as a program, the decoding alone, or the peak memory of a command.

python -m bench.replaying decode LOG
python -m bench.replaying peak COMMAND …
"""

from __future__ import annotations

import resource
import subprocess
import sys


def decode(path: str) -> None:
    """Every line into a typed struct."""
    from oncall.logs.event import DECODER

    with open(path, "rb") as file:
        for line in file:
            DECODER.decode(line)


def peak(command: list[str]) -> None:
    """The most memory a command has taken, in kilobytes."""
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


if __name__ == "__main__":
    if sys.argv[1] == "decode":
        decode(sys.argv[2])
    else:
        peak(sys.argv[2:])
