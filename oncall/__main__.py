"""`python -m oncall`."""

from oncall.cli.start import run

run()
