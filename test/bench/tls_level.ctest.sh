#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What handshakes leave behind, fewer than test/bench/README.md speaks of.
# label: e2e slow
# timeout: 600
# cost: 20
command -v openssl >/dev/null && command -v curl >/dev/null || exit 77
exec sh "$(dirname "$0")/tls_level.sh" 1000
