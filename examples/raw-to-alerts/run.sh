#!/usr/bin/env bash
# How do my camera's raw frames become alerts?   run.sh PROGRAM OUT
set -euo pipefail
skywright=$(realpath "$1") out=$(realpath -m "$2")
camera=$(dirname "$(realpath "$0")")/../pocket-camera.toml
mkdir -p "$out"
cd "$out"
field=(--ra 110 --dec -20 --band r --quiet)
sky=(--set sky.transients.supernova_rate=400000 --set sky.transients.peak_magnitude_bright=19.5)

# Frames of a night, as a telescope would bring them. Leave this out if you have your own.
expose() { "$skywright" expose --instrument "$camera" --seed 5 --quiet "$@" >/dev/null; }
for n in 1 2 3; do
  expose --kind bias --visit $n --out calibration
  expose --kind dark --visit 1$n --exposure 60 --out calibration
  expose --kind flat --visit 2$n --band r --exposure 2 --out calibration
  expose "${field[@]}" "${sky[@]}" --visit 10$n --mjd 61390.1$n --quiet-sky --out deep
done
for n in 1 2; do expose "${field[@]}" "${sky[@]}" --visit 20$n --mjd 61420.1$n --out tonight; done
"$skywright" sky --ra 110 --dec -20 --radius 0.1 --reference --out stars.parquet --quiet >/dev/null

# A survey: settings, masters, reference stars, templates.
"$skywright" survey init survey --instrument "$camera"
"$skywright" calib --kind all --instrument "$camera" calibration/*.fits.fz --out survey/calib --quiet
cp stars.parquet survey/reference/
"$skywright" survey templates survey deep/*.fits.fz --quiet

# The night.
cp tonight/*.fits.fz survey/incoming/
"$skywright" night survey --quiet
for file in survey/alerts/*/*.avro; do
  echo "$file"
  "$skywright" alerts show "$file" | head -n 3
done
