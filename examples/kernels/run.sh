#!/usr/bin/env bash
# How do I bring my own measurement, PSF or light curve?   run.sh PROGRAM OUT
# Four user kernels, in Fortran and C, are compiled, tried and used.
set -euo pipefail
here=$(dirname "$(realpath "$0")") program=$(realpath "$1") out=$(realpath -m "$2")
camera=$here/../pocket-camera.toml
mkdir -p "$out" && cd "$out"
for name in measure light_curve; do
  gfortran -O2 -Wall -Wextra -Wno-unused-dummy-argument -shared -fPIC -J . -o $name.so "$here/$name.f90"
done
for name in aperture psf; do
  cc -std=c99 -O2 -Wall -Wextra -shared -fPIC -I "$here/../../include" -o $name.so "$here/$name.c" -lm
done
for name in measure aperture psf light_curve; do
  "$program" kernel check $name.so | head -1
done

# A sky with many transients of the Fortran light curve, and the frame that a camera takes of it.
cat >sky.toml <<'TOML'
[[sky.populations]]
library = "light_curve.so"
parameters = ["peak = -19"]
rate = 200000
after = 40
TOML
"$program" expose --instrument "$camera" --ra 110 --dec -20 --band r --mjd 61390.1 --visit 1 --config sky.toml --out raw --quiet \
  | sed 's/^[^ ]* *//'
"$program" detrend --instrument "$camera" raw/1_ccd.fits.fz --out clean.fits --quiet >detrend.txt

# Both measurements on it, with the PSF of the C kernel in place of the one found on the image.
cat >detect.toml <<'TOML'
[[kernels]]
library = "measure.so"
parameters = ["sigma = 1.5"]
[[kernels]]
library = "aperture.so"
isolated = true
[psf_kernel]
library = "psf.so"
parameters = ["fwhm = 3.0", "stretch = 0.0"]
TOML
"$program" detect clean.fits --config detect.toml --out sources.csv --quiet
head -1 sources.csv | tr , '\n' | grep -E '^(narrow|wide|concentration|circle|aperture)' | paste -sd ' '
