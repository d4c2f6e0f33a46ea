#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Client certificates and SPIFFE identities with the programs of others.
# label: e2e
# lock: stand-ins
# cost: 56
# timeout: 600
command -v openssl >/dev/null && command -v curl >/dev/null || exit 77
exec "$(dirname "$0")/run.sh" mtls.test.mjs
