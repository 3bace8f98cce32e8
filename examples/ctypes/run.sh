#!/usr/bin/env bash
# How does another language drive Skywright?   run.sh PROGRAM OUT [PYTHON]
# The library stands beside the program. Python's lines come first, then Fortran's.
set -euo pipefail
here=$(dirname "$(realpath "$0")") folder=$(dirname "$(realpath "$1")") out=$(realpath -m "$2") python=${3:-python3}
mkdir -p "$out"
"$python" "$here/ctypes_example.py" "$folder/libskywright.so" "$out/python.db" | tee "$out/python.txt"
gfortran -O2 -Wall -J "$out" -o "$out/ctypes_example" "$here/ctypes_example.f90" \
  -L "$folder" -lskywright -Wl,-rpath,"$folder"
"$out/ctypes_example" "$out/fortran.db" | tee "$out/fortran.txt"
cmp "$out/python.txt" "$out/fortran.txt" # the same to the last letter
