#!/bin/sh
# Completion in real shells: bash, zsh and fish. What is missing is installed where that can be done; where it cannot,
# that is said loudly, and nothing fails for it. Usage: run.sh PYTHON
set -eu
cd "$(dirname "$0")/../.."
python=$1

missing=
for shell in bash zsh fish; do
    command -v $shell >/dev/null || missing="$missing $shell"
done
if [ -n "$missing" ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    # shellcheck disable=SC2086 - a list of packages
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $missing; } \
        >build-shells.log 2>&1 && rm -f build-shells.log || true
fi

shells=
for shell in bash zsh fish; do
    if path=$(command -v $shell); then
        shells="$shells $path"
    else
        printf '\n!!! NO %s: completion was NOT tested in it.\n!!! Install it (Debian: apt-get install %s).\n\n' \
            "$(echo $shell | tr a-z A-Z)" $shell >&2
    fi
done

ONCALL_SHELLS=$shells exec "$python" -m pytest tests/shells -n 0
