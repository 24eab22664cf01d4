#!/bin/sh
# Makes .venv from requirements.lock, again whenever the lock changed. Needs Python 3.11 or newer
# with its venv module, and a package index. PYTHON=... chooses the Python.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

if cmp -s requirements.lock .venv/requirements.lock && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

python='' bare='' old=''
for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    "$candidate" -c '' 2>/dev/null || continue
    if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        old=$("$candidate" --version)
    elif ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
        bare=$("$candidate" --version)
    else
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    [ -z "$bare" ] || fail "$bare is here without its venv module." \
        "Install it (Debian and Ubuntu: apt-get install python3-venv) and try again."
    fail "Hermes needs Python 3.11 or newer${old:+; this is $old}." \
        "Install one, or name it: make venv PYTHON=/path/to/python3.12"
fi

echo "Making .venv with $("$python" --version); the first time takes a minute or two."
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .venv
    "$python" -m venv .venv || fail "The environment .venv could not be made in $PWD."
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile \
    --only-binary :all: --require-hashes -r requirements.lock ||
    fail "The packages of requirements.lock could not be installed: see above." \
        "The lock has wheels for Linux on x86-64 and ARM; a package index must be reachable."
.venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true # some ship old syntax
cp requirements.lock .venv/requirements.lock
