#!/bin/sh
# Creates a virtual environment with exactly the packages of a requirements file.
# Usage: scripts/create_environment.sh FOLDER REQUIREMENTS
set -eu

folder=$1
requirements=$2

# A version manager's shim may be on PATH and yet refuse to run, so each candidate is run.
fits() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# AWS's runtime is Python 3.13; with another one, everything but its exact version is the same.
find_python() {
    pyenv_versions=${PYENV_ROOT:-$HOME/.pyenv}/versions
    for candidate in python3.13 "$pyenv_versions"/3.13*/bin/python3.13 \
        python3 python3.12 python3.11 "$pyenv_versions"/3.1[12]*/bin/python3; do
        if fits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo 'Python 3.11 or later, with its modules venv and ensurepip, was not found.' >&2
    echo 'Install it from https://www.python.org/downloads/ or with your package manager;' >&2
    echo 'on Debian and Ubuntu the modules are in the package python3-venv.' >&2
    return 1
}

python=$(find_python)
echo "==> Installing $requirements into $folder with $("$python" --version)"
"$python" -m venv --clear "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    --require-hashes --requirement "$requirements" || {
    echo "The packages of $requirements could not be installed; the lines above say why." >&2
    echo 'Is a Python package index within reach? Then run the same command again.' >&2
    exit 1
}
touch "$folder/.complete"
