#!/usr/bin/env bash
# Which of two strategies finds more transients, and what does it cost?   run.sh PROGRAM OUT
set -euo pipefail
skywright=$(realpath "$1") out=$(realpath -m "$2")
strategies=$(dirname "$(realpath "$0")")/../../data/strategies
mkdir -p "$out"
cd "$out"

# Yours would be two files that you wrote (docs/guides/planning.md). These differ in one thing: whether
# each field is seen twice a night, half an hour apart, or once.
cp "$strategies/small-transient-survey.toml" twice.toml
sed -e 's/^kind = "pairs"/kind = "blocks"/' -e 's/^bands = \["g+r", "r+r"\]/bands = ["g", "r"]/' \
  twice.toml >once.toml

# A month of each, with two seeds (NIGHTS and SEEDS say otherwise): what differs less than the seeds do is weather.
"$skywright" plan ensemble twice.toml once.toml --seeds "${SEEDS:-1,2}" --nights "${NIGHTS:-30}" --out runs --quiet >runs.txt
grep -E '^ +(twice|visits|area_seen|gap_between_nights|pair_nights_fraction|found_kilonova_200mpc) ' runs.txt

# The first of each in detail: maps, hourglasses and histograms in compared/index.html.
"$skywright" plan compare runs/twice-1/visits.db runs/once-1/visits.db --plots compared \
  --markdown compared.md --quiet >/dev/null
echo "open $out/runs/index.html and $out/compared/index.html"
