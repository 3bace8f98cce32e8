#include "skywright/sky/bands.h"

namespace skywright::sky {

std::size_t band_index(const instrument::Band& band) {
  for (std::size_t b = 0; b < kBands; ++b)
    if (band.name == kBandNames[b]) return b;
  std::size_t best = 2;  // r, where nothing is known
  if (band.wavelength_nm > 0.0)
    for (std::size_t b = 0; b < kBands; ++b)
      if (std::abs(kBandWavelengths[b] - band.wavelength_nm) <
          std::abs(kBandWavelengths[best] - band.wavelength_nm))
        best = b;
  return best;
}

}  // namespace skywright::sky
