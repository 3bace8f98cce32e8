#!/usr/bin/env bash
# long_checks.sh [asan] [tsan] [tidy] [faults] [science]: what is too long for every CI run; all by default.
# Ends with one line a check and exits 1 if any failed.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
chosen=${*:-asan tsan tidy faults science}
failed=0
summary=""

check() {
  local name=$1 log=build/check-$1.log
  shift
  printf '== %s (log: %s)\n' "$name" "$log" >&2
  if "$@" >"$log" 2>&1; then
    summary+="$name: passed"$'\n'
  else
    summary+="$name: FAILED, see $log"$'\n'
    failed=1
  fi
}

sanitized() {
  cmake --preset "$1" -DSKYWRIGHT_TESTS=ON && cmake --build --preset "$1" &&
    cp -n build/release/libduckdb.so "build/$1/" &&
    ctest --test-dir "build/$1" --output-on-failure -j "$(nproc)" -LE python
}

tidy() {
  cmake --preset release >/dev/null || return 1
  git ls-files 'src/*.cpp' 'apps/*.cpp' | grep -v '_test.cpp$' |
    xargs -P "$(nproc)" -n 4 clang-tidy -p build/release --quiet
}

campaign() {
  local files=(tests/"$1"/test_*.py)
  [ -e "${files[0]}" ] || { echo "no tests in tests/$1"; return 1; }
  SKYWRIGHT_PROGRAM=$PWD/build/release/skywright build/venv/bin/python -m pytest -q "${files[@]}"
}

mkdir -p build
for name in $chosen; do
  case $name in
    asan | tsan) check "$name" sanitized "$name" ;;
    tidy) check tidy tidy ;;
    faults | science) check "$name" campaign "$name" ;;
    *) echo "long_checks.sh: no check called $name" >&2; exit 2 ;;
  esac
done
printf '%s' "$summary"
exit $failed
