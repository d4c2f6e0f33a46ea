#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What handshakes leave behind, fewer than test/bench/README.md speaks of.
# label: e2e slow
# serial: yes
# timeout: 300
command -v openssl >/dev/null && command -v curl >/dev/null || exit 77
exec sh "$(dirname "$0")/tls_level.sh" 1000
