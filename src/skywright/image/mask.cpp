#include "skywright/image/mask.h"

#include <array>

namespace skywright::image {
namespace {

constexpr std::array<std::string_view, kMaskPlanes> kNames = {"BAD",
                                                              "SAT",
                                                              "INTRP",
                                                              "CR",
                                                              "EDGE",
                                                              "DETECTED",
                                                              "DETECTED_NEGATIVE",
                                                              "SUSPECT",
                                                              "NO_DATA",
                                                              "CROSSTALK",
                                                              "UNMASKEDNAN",
                                                              "SENSOR_EDGE",
                                                              "CLIPPED",
                                                              "INEXACT_PSF",
                                                              "STREAK"};

constexpr auto kPlanes = [] {
  std::array<MaskPlane, kMaskPlanes> planes{};
  for (std::size_t i = 0; i < planes.size(); ++i) planes[i] = static_cast<MaskPlane>(i);
  return planes;
}();

}  // namespace

std::string_view mask_plane_name(MaskPlane plane) {
  return kNames[static_cast<std::size_t>(plane)];
}

std::optional<MaskPlane> mask_plane_named(std::string_view name) {
  for (const MaskPlane plane : kPlanes) {
    if (mask_plane_name(plane) == name) return plane;
  }
  return {};
}

std::span<const MaskPlane> all_mask_planes() { return kPlanes; }

}  // namespace skywright::image
