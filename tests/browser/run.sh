#!/bin/sh
# The pages in headless Chromium. What is missing is installed where that can be done; where it cannot, that is said
# loudly, and nothing fails for it. Usage: run.sh PYTHON
set -eu
cd "$(dirname "$0")/../.."
python=$1
axe=4.12.1

loudly() {
    printf '\n!!! %s\n!!! %s\n\n' "$1" "$2" >&2
}

browser() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" && return
    done
    return 1
}

if ! chromium=$(browser); then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends chromium; } \
            >build-browser.log 2>&1 || true
    fi
    if ! chromium=$(browser); then
        loudly "NO BROWSER: the pages were NOT looked at." "Install Chromium (Debian: apt-get install chromium)."
        exit 0
    fi
    rm -f build-browser.log
fi

script=build/axe/node_modules/axe-core/axe.min.js
if [ ! -f $script ]; then
    mkdir -p build/axe
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix build/axe axe-core@$axe >/dev/null 2>&1 || true
fi
if [ ! -f $script ]; then
    loudly "NO AXE-CORE: accessibility was looked at by our own checks alone." "It comes from npm, which is missing or offline."
    script=
fi

ONCALL_CHROMIUM=$chromium ONCALL_AXE=$script exec "$python" -m pytest tests/browser -n 0 ${ONCALL_BROWSER_ARGUMENTS:-}
