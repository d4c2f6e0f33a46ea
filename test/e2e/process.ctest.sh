#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The gateway as a service: what a service manager is told, sockets it hands over, the sandbox from
# inside, whom root becomes.
# label: e2e
# only: release
# timeout: 600
# cost: 25
python3 -c 'import ctypes, unittest' 2>/dev/null && command -v curl >/dev/null || exit 77
exec python3 -W ignore::ResourceWarning "$(dirname "$0")/process.test.py" -v
