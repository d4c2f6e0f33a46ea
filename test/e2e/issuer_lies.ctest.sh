#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Issuers whose keys are lies.
# label: e2e
# timeout: 600
# cost: 25
exec sh "$POSTERN_SRC/test/e2e/run.sh" issuer_lies.test.mjs
