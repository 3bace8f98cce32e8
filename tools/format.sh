#!/usr/bin/env bash
# format.sh [--check]: clang-format every source of ours in place, or only say which would change.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
mapfile -t files < <(git ls-files 'src/*.h' 'src/*.cpp' 'apps/*.h' 'apps/*.cpp' 'include/*.h' 'c/*.h' 'c/*.cpp' 'python/*.h' 'python/*.cpp' 'tests/*.cpp')
if [ "${1:-}" = --check ]; then
  clang-format --dry-run --Werror "${files[@]}"
else
  clang-format -i "${files[@]}"
fi
