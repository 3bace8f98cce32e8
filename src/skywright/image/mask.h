/// What is known of each pixel beside its value: named bits, the same in every file of ours.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace skywright::image {

using MaskBits = std::uint32_t;

/// A named bit of a mask. Names in files (header cards MP_<NAME> = bit number) are those of the
/// LSST pipelines, which other software knows.
enum class MaskPlane : std::uint8_t {
  bad = 0,            ///< BAD: a defect of the sensor, dead or hot
  saturated,          ///< SAT: at or above the full well, or bled into
  interpolated,       ///< INTRP: value replaced from its neighbours
  cosmic_ray,         ///< CR
  edge,               ///< EDGE: too near an edge for a kernel to fit
  detected,           ///< DETECTED: within a positive footprint
  detected_negative,  ///< DETECTED_NEGATIVE
  suspect,            ///< SUSPECT: nearly saturated, nonlinear
  no_data,            ///< NO_DATA: no input covers it
  crosstalk,          ///< CROSSTALK: corrected by more than the noise
  not_finite,         ///< UNMASKEDNAN: NaN or infinite in the input
  sensor_edge,        ///< SENSOR_EDGE: at a CCD's own edge within a coadd
  clipped,            ///< CLIPPED: an input was rejected as an outlier in a coadd
  inexact_psf,        ///< INEXACT_PSF: a coadd's PSF model misses an input here
  streak,             ///< STREAK: a satellite's trail
};

constexpr int kMaskPlanes = 15;

constexpr MaskBits bit(MaskPlane plane) { return MaskBits{1} << static_cast<int>(plane); }

constexpr MaskBits bits(std::initializer_list<MaskPlane> planes) {
  MaskBits all = 0;
  for (const MaskPlane plane : planes) all |= bit(plane);
  return all;
}

/// Pixels whose value says nothing about the sky.
constexpr MaskBits kUnusable = bits({MaskPlane::bad, MaskPlane::saturated, MaskPlane::cosmic_ray,
                                     MaskPlane::no_data, MaskPlane::not_finite});

/// The plane's name in files, without MP_.
std::string_view mask_plane_name(MaskPlane plane);
std::optional<MaskPlane> mask_plane_named(std::string_view name);
std::span<const MaskPlane> all_mask_planes();

}  // namespace skywright::image
