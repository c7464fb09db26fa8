#!/bin/bash
# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
#
# Everything is reached, or has a reason: coverage_test.sh COVERAGE FILE, a file
# at the top of the source tree.
table=$("$1" --root "$(dirname "$(readlink -f "$2")")" --generated 200)
status=$?
echo "$table" | grep -v '^ .*[0-9]$'
exit "$status"
