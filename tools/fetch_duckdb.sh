#!/usr/bin/env bash
# fetch_duckdb.sh FOLDER: put DuckDB's shared library (MIT), which reads and writes Parquet, into
# FOLDER as libduckdb.so. Does nothing where it is there already. Version and content are pinned.
set -euo pipefail

package=@duckdb/node-bindings-linux-x64
version=1.5.6-r.1
sha256=3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633

[ $# -eq 1 ] || { echo "usage: fetch_duckdb.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
library=$folder/libduckdb.so

is_right() { [ -f "$1" ] && echo "$sha256  $1" | sha256sum --check --status; }

if is_right "$library"; then exit 0; fi
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "fetch_duckdb: $package $version is for Linux on x86_64; set SKYWRIGHT_DUCKDB to a library of your own" >&2
  exit 2
fi
command -v npm >/dev/null || { echo "fetch_duckdb: npm is missing: apt-get install npm" >&2; exit 2; }

work=$(mktemp -d "$folder/.duckdb.XXXXXX")
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package@$version" >/dev/null && tar -xzf ./*.tgz package/libduckdb.so package/LICENSE)
if ! is_right "$work/package/libduckdb.so"; then
  echo "fetch_duckdb: libduckdb.so of $package $version is not the one that is pinned" >&2
  exit 1
fi
mv "$work/package/LICENSE" "$folder/libduckdb.LICENSE"
mv "$work/package/libduckdb.so" "$library"
