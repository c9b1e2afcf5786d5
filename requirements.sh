#!/bin/sh
# Write requirements.txt (to run, and to build) and requirements-dev.txt (to test) from pyproject.toml.
set -eu
python=${1:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
freeze() {  # what is installed, without this project and without places packages came from
    "$work/env/bin/python" -m pip freeze --exclude oncall-toolkit --exclude setuptools --exclude pip | grep == | LC_ALL=C sort -f
}
"$python" -m venv "$work/env"
"$work/env/bin/python" -m pip install -q hatchling editables .
{ echo "# Pinned by \`make pins\`; the ranges, and why each is here, are in pyproject.toml."; freeze; } > requirements.txt
"$work/env/bin/python" - <<'PY' > "$work/dev.txt"
import tomllib
with open("pyproject.toml", "rb") as file:
    print("\n".join(tomllib.load(file)["dependency-groups"]["dev"]))
PY
"$work/env/bin/python" -m pip install -q -r "$work/dev.txt"
{ echo "# Pinned by \`make pins\`: what tests, lint and bench need, besides requirements.txt."; freeze; } > requirements-dev.txt
