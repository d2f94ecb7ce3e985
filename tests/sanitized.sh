#!/usr/bin/env bash
# The suite under a sanitizer: tests/sanitized.sh asan|tsan [ctest options]. Builds build/asan or build/tsan; leaves out the house rules
# and the other long tests.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
preset=${1:?asan or tsan}
shift
cmake --preset "$preset"
cmake --build --preset "$preset"
exec ctest --preset "$preset" --label-exclude '^(long|tidy)$' --timeout 3600 "$@"
