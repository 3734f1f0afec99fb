#!/bin/bash
# Runs a part of the tests, which are built, and repeats at the end what failed: between the lines of two thousand tests
# that run side by side nobody finds it.
#
# Usage: run-suite.sh OPTION-OF-SWIFT-TEST...
set -o pipefail

# Lines that are repeated, and characters of each.
lines=80
width=1000

log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${SWIFT:-swift}" test --skip-build "$@" 2>&1 | tee "$log"
result=$?
if [ "$result" != 0 ]; then
  echo
  echo "What failed:"
  # An issue, and the lines that explain it.
  awk '/^(◇|✔|✘)/ { shown = /^✘ Test/ } shown' "$log" | cut -c "1-$width" | head -n "$lines"
fi
exit "$result"
