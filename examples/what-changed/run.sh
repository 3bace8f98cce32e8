#!/usr/bin/env bash
# What changed between two images?   run.sh PROGRAM OUT
set -euo pipefail
skywright=$(realpath "$1") out=$(realpath -m "$2")
camera=$(dirname "$(realpath "$0")")/../pocket-camera.toml
mkdir -p "$out"
cd "$out"

# Two nights of one field, clean and with a WCS that was fitted to stars. Leave this out if you have
# images of your own.
"$skywright" sky --ra 110 --dec -20 --radius 0.1 --reference --out stars.parquet --quiet >/dev/null
for night in 61390.1 61420.1; do
  visit=${night%.*}
  "$skywright" expose --instrument "$camera" --ra 110 --dec -20 --band r --mjd $night --visit "$visit" \
    --set sky.transients.supernova_rate=400000 --set sky.transients.peak_magnitude_bright=19.5 \
    --quiet --out raw >/dev/null
  "$skywright" detrend --instrument "$camera" raw/"$visit"_ccd.fits.fz --out "$visit".raw.fits --quiet
  "$skywright" solve "$visit".raw.fits --reference stars.parquet --band r --out "$visit".fits --quiet
done

# Any two FITS images do: with or without variance, mask or WCS.
"$skywright" subtract 61420.fits 61390.fits --out difference.fits --catalog changes.csv --quiet
head -n 4 changes.csv | cut -d, -f1-6
