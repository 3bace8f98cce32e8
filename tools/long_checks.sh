#!/usr/bin/env bash
# long_checks.sh [headers] [asan] [tsan] [tidy] [fuzz] [parallel] [faults] [science] [wheel] [notebooks] [python_asan]: what is too long for every CI run; all by default.
# Ends with one line a check, its time in it, and exits 1 if any failed. NICE=19 before it lets others go first.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
chosen=${*:-headers asan tsan tidy fuzz parallel faults science wheel notebooks python_asan}
failed=0
summary=""
pytest() { build/venv/bin/python -m pytest -q -p no:cacheprovider "$@"; }

check() {
  local name=$1 log=build/check-$1.log begun=$SECONDS outcome=passed
  shift
  printf '== %s (log: %s)\n' "$name" "$log" >&2
  "$@" >"$log" 2>&1 || { outcome="FAILED, see $log"; failed=1; }
  summary+=$(printf '%-8s %5d s  %s' "$name" $((SECONDS - begun)) "$outcome")$'\n'
}

# What the program's own tests do not reach: whole commands, on files good and bad, and on threads.
declare -A whole_commands=(
  [asan]="test_bad_input.py test_bad_plans.py test_alerts.py test_alert_filters.py test_stack.py test_small_camera.py test_instrument.py"
  [tsan]="test_small_camera.py test_associate.py test_stack.py"
)

sanitized() (
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
  export UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=second_deadlock_stack=1:suppressions=$PWD/tools/tsan.supp
  cmake --preset "$1" -DSKYWRIGHT_TESTS=ON && cmake --build --preset "$1" &&
    cp -n build/release/libduckdb.so "build/$1/" &&
    ctest --test-dir "build/$1" --output-on-failure -j "$(nproc)" -LE python || return 1
  local file files=()
  for file in ${whole_commands[$1]}; do files+=("tests/integration/$file"); done
  SKYWRIGHT_PROGRAM=$PWD/build/$1/skywright pytest "${files[@]}"
)

# A build without precompiled headers: they would hide a forgotten include, and are GCC's, not clang's.
plain_build() {
  cmake --preset release -B build/plain -DSKYWRIGHT_TESTS=ON -DSKYWRIGHT_PRECOMPILE=OFF
}

# Every header compiles with nothing but what it includes.
headers() {
  plain_build && cmake --build build/plain --target skywright_header_check
}

# clang-tidy with the rules of .clang-tidy; first on a fault that they must find.
tidy() {
  plain_build >/dev/null || return 1
  local planted=build/planted_tidy.cpp
  printf '#include <string>\nbool none(const std::string& s) { return s.size() == 0; }\n' >$planted
  if clang-tidy --quiet $planted -- -std=c++20 2>/dev/null | grep -q readability-container-size-empty; then
    git ls-files 'src/*.cpp' 'apps/*.cpp' | grep -Ev '_(test|bench)\.cpp$' |
      xargs -P "$(nproc)" -n 4 clang-tidy -p build/plain --quiet
  else
    echo "clang-tidy overlooks a planted fault"
    return 1
  fi
}

campaign() {
  local files=(tests/"$1"/test_*.py)
  [ -e "${files[0]}" ] || { echo "no tests in tests/$1"; return 1; }
  SKYWRIGHT_PROGRAM=$PWD/build/release/skywright pytest "${files[@]}"
}

# Threads, ranks, two hosts and a Slurm of two nodes, over the same survey. The last two take root.
parallel() {
  SKYWRIGHT_PROGRAM=$PWD/build/release/skywright SKYWRIGHT_SHARED_REQUIRED=1 pytest -s tests/parallel/cluster
}

# `pip install .` in an environment of its own: the wheel's size, and the package's tests on it.
wheel() {
  rm -rf build/wheels build/wheel-venv
  CC=cc CXX=c++ build/venv/bin/python -m pip wheel -q --no-deps -w build/wheels . || return 1
  local size limit=$((30 * 1000 * 1000))
  size=$(stat -c %s build/wheels/skywright-*.whl)
  echo "wheel: $size bytes, at most $limit"
  [ "$size" -le "$limit" ] && python3 -m venv build/wheel-venv &&
    build/wheel-venv/bin/pip install -q build/wheels/skywright-*.whl -r tests/requirements.txt &&
    SKYWRIGHT_PROGRAM=$PWD/build/release/skywright build/wheel-venv/bin/python -m pytest -q -p no:cacheprovider tests/python
}

# The package under the address sanitizer, by calls with whatever somebody might hand it.
python_asan() (
  cmake --preset asan -DSKYWRIGHT_TESTS=ON -DSKYWRIGHT_PYTHON=ON "-DPython_EXECUTABLE=$PWD/build/venv/bin/python" &&
    cmake --build --preset asan --target skywright_python_core skywright_kernel_host || return 1
  # Python knows nothing of the sanitizer, and keeps what it allocates: leaks are not looked for.
  export LD_PRELOAD="$(c++ -print-file-name=libasan.so) $(c++ -print-file-name=libstdc++.so)"
  export ASAN_OPTIONS=detect_leaks=0:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  cmake --build --preset asan --target skywright_python &&
    PYTHONPATH=build/asan/python build/venv/bin/python tests/fuzz/python_calls.py "${PYTHON_CALLS:-10000}"
)

# Each tutorial as a notebook, with the short inputs of the tests.
notebooks() {
  build/venv/bin/python -m pip install -q -r docs/requirements-notebooks.txt &&
    build/venv/bin/python tools/notebooks.py build/notebooks --execute
}

mkdir -p build
[ -z "${NICE:-}" ] || renice -n "$NICE" $$ >/dev/null
for name in $chosen; do
  case $name in
    asan | tsan) check "$name" sanitized "$name" ;;
    headers | tidy | parallel) check "$name" "$name" ;;
    wheel | notebooks | python_asan) check "$name" "$name" ;;
    fuzz) check fuzz tests/fuzz/run 300 ;;
    faults | science) check "$name" campaign "$name" ;;
    *) echo "long_checks.sh: no check called $name" >&2; exit 2 ;;
  esac
done
printf '%s' "$summary"
exit $failed
