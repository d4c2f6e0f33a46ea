#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# TLS with the programs of others.
# label: e2e
# cost: 60
# timeout: 600
command -v openssl >/dev/null && command -v curl >/dev/null || exit 77
exec "$(dirname "$0")/run.sh" tls.test.mjs
