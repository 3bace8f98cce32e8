/// A PSF model and a noise correlation as FITS image extensions, so that an exposure's file carries
/// them.
///
/// PSF: the coefficient images side by side along y (NAXIS1 = side, NAXIS2 = side * terms), with
/// cards PSFDEG and PSFX0, PSFY0, PSFWID, PSFHEI of the domain (zero-based pixels of the image).
/// NOISECOR: the correlation coefficients, with card VARSCALE.
#pragma once

#include <filesystem>
#include <optional>

#include "skywright/image/noise_correlation.h"
#include "skywright/io/fits.h"
#include "skywright/psf/psf_model.h"

namespace skywright::pipelines {

/// As an HDU of an exposure's file: PSF, and NOISECOR.
void add_psf(io::FitsWriter& file, const psf::PsfModel& psf);
void add_noise_correlation(io::FitsWriter& file, const image::NoiseCorrelation& noise);

/// From the extension called PSF; from the first image, normalised, of a file without one (a plain
/// picture of a star). @throws InputError where there is neither
psf::PsfModel read_psf(const std::filesystem::path& path);
/// Empty where the file has no extension of that name.
std::optional<psf::PsfModel> read_psf_if_any(const std::filesystem::path& path);
std::optional<image::NoiseCorrelation> read_noise_correlation_if_any(
    const std::filesystem::path& path);

/// A file with nothing but a PSF model.
void write_psf(const std::filesystem::path& path, const psf::PsfModel& psf);

}  // namespace skywright::pipelines
