#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# step.sh FILE - say again, as a ctest test, how a step of tools/check.sh ended. The first line of
# FILE is pass, fail or skip; the rest is what there is to read about it.
set -eu
tail -n +2 "$1"
case $(head -n 1 "$1") in
pass) exit 0 ;;
skip) exit 77 ;;
*) exit 1 ;;
esac
