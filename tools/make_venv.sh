#!/bin/sh
# Makes the virtual environment FOLDER with the first Python that is new enough and complete:
# tools/make_venv.sh FOLDER
set -eu
folder=$1

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}
can_make_venv() {
    "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}
find_python() {
    for candidate in ${PYTHON:-} python3 /usr/bin/python3 python3.13 python3.12 python3.11; do
        if is_new_enough "$candidate" && "$1" "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

python=$(find_python can_make_venv)
if [ -z "$python" ]; then
    found=$(find_python true)
    if [ -z "$found" ]; then
        echo "Alumio needs Python 3.11 or newer; none was found. On Debian: apt install python3 python3-venv" >&2
        exit 1
    fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python3-venv, which $found needs to make a virtual environment"
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv >/dev/null
        python=$(find_python can_make_venv)
    fi
fi
if [ -z "$python" ]; then
    echo "$found lacks the module venv. On Debian or Ubuntu: sudo apt install python3-venv" >&2
    exit 1
fi
rm -rf "$folder"
"$python" -m venv "$folder"
