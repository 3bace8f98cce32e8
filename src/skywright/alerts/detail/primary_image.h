/// The image of a cutout as a FITS file of one HDU, as readers of ZTF's stamps expect it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace skywright::alerts::detail {

/// The first two-dimensional image of a FITS file, its cards kept, as the primary HDU of a file of
/// its own; empty where there is none that is plain.
std::string primary_image(std::span<const std::uint8_t> fits);

}  // namespace skywright::alerts::detail
