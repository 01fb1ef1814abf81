#!/bin/sh
# Puts the browser libraries of package-lock.json into node_modules; brings npm where there is none.
set -eu

if ! { command -v node && node --version && command -v npm && npm --version; } >/dev/null 2>&1; then
    if [ ! -x .venv-node/bin/npm ]; then
        echo "No npm here: taking Node from a Python package"
        tools/make_venv.sh .venv-node
        .venv-node/bin/pip install --quiet --disable-pip-version-check \
            --require-hashes -r requirements/node.txt
    fi
    PATH="$PWD/.venv-node/bin:$PATH"
fi
# Node brings certificates of its own; believe those that this machine believes, too.
system_certificates=/etc/ssl/certs/ca-certificates.crt
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r "$system_certificates" ]; then
    export NODE_EXTRA_CA_CERTS="$system_certificates"
fi
npm ci --ignore-scripts --no-audit --no-fund --silent
