#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The conformance cases of the CEL specification, literals as inputs, through the device's evaluator.
# label: unit slow
# timeout: 120
# cost: 12
exec "$(dirname "$0")/run.sh"
