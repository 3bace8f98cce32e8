/// An image that Python handed over: its planes are lent, what is known of it was copied.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nanobind/nanobind.h>

#include "command.h"
#include "pixels.h"
#include "skywright/pipelines/foreign_image.h"

namespace skywright::python {

class GivenImage {
 public:
  GivenImage(const PixelArray<float>& pixels, const MaybePixels<float>& variance,
             const MaybePixels<image::MaskBits>& mask, const nanobind::list& cards,
             const std::optional<wcs::Wcs>& wcs, const std::optional<psf::PsfModel>& psf,
             std::optional<double> zero_point, const image::NoiseCorrelation* noise);

  [[nodiscard]] const image::MaskedImageView& view() const { return view_; }
  /// What is known beside the planes, which are empty here.
  [[nodiscard]] const pipelines::Exposure& rest() const { return rest_; }
  /// With planes of its own, for steps that change them: the sky comes off, and they may be
  /// resampled.
  [[nodiscard]] pipelines::OpenedImage opened(const std::string& name,
                                              const Execution& execution) const;

 private:
  image::MaskedImageView view_;
  pipelines::Exposure rest_;
  pipelines::Origin origin_;  ///< ours states its noise and how it hangs together
};

/// Options of a command, by their names.
using Options = std::map<std::string, std::vector<std::string>>;

inline apps::Arguments arguments_of(const Options& values) {
  apps::Arguments arguments;
  arguments.values = {values.begin(), values.end()};
  return arguments;
}

}  // namespace skywright::python
