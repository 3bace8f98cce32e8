#!/usr/bin/env bash
# build_site.sh [--pages-only]: runs every snippet of the documents, then builds the site into build/site.
# --pages-only takes what the snippets made before. JOBS processes (default 1).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export SKYWRIGHT_PROGRAM=${SKYWRIGHT_PROGRAM:-$PWD/build/release/skywright} PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$(dirname "$SKYWRIGHT_PROGRAM")/python:${PYTHONPATH:-}
export SKYWRIGHT_PRODUCTS=$PWD/build/snippets
python=build/venv/bin/python pictures=docs/generated/pictures

if [ "${1:-}" != --pages-only ]; then
  "$python" tools/run_snippets.py --out "$SKYWRIGHT_PRODUCTS" --jobs "${JOBS:-1}"
fi

# Pictures that the pages show: those that tutorials drew, and three of the program's own data.
mkdir -p "$pictures"
"$SKYWRIGHT_PROGRAM" instrument show lsst --plot "$pictures/camera.png" >/dev/null
"$SKYWRIGHT_PROGRAM" plan footprint --plot "$pictures/footprint.png" >/dev/null
"$SKYWRIGHT_PROGRAM" nightsky --time 2026-11-24T04:00:00 --plot "$pictures/sky.png" >/dev/null
for page in "$SKYWRIGHT_PRODUCTS"/tutorials-*; do
  folder=$pictures/${page##*/tutorials-}
  mkdir -p "$folder"
  find "$page" -maxdepth 1 -name '*.png' -exec cp {} "$folder/" \;
done
cp "$SKYWRIGHT_PRODUCTS"/tutorials-strategies/runs/twice-1/plots/visits.png "$pictures/strategies/"

"$python" tools/notebooks.py docs/generated/notebooks

# -W: a warning is an error. Nothing is fetched, and the pages fetch nothing.
"$python" -m sphinx -W --keep-going -q -j "${JOBS:-1}" -b html docs build/site
