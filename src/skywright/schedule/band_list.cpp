#include "skywright/schedule/band_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "skywright/base/error.h"

namespace skywright::schedule {

int band_index(const instrument::Instrument& instrument, std::string_view name,
               std::string_view what) {
  std::vector<std::string_view> names;
  for (std::size_t b = 0; b < instrument.bands.size(); ++b) {
    if (instrument.bands[b].name == name) return static_cast<int>(b);
    names.push_back(instrument.bands[b].name);
  }
  throw ConfigError(fmt::format("{}: band \"{}\"", what, name),
                    fmt::format("{} has no such filter", instrument.name),
                    fmt::format("use one of {}", fmt::join(names, ", ")));
}

BandPair band_pair(const instrument::Instrument& instrument, std::string_view text,
                   std::string_view what) {
  const std::size_t plus = text.find('+');
  BandPair pair;
  pair.first = band_index(instrument, text.substr(0, plus), what);
  if (plus != std::string_view::npos)
    pair.second = band_index(instrument, text.substr(plus + 1), what);
  return pair;
}

}  // namespace skywright::schedule
