"""`python -m oncall`."""

from oncall.cli.main import run

run()
