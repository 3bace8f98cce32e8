#include "skywright/pipelines/night_previews.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "skywright/draw/png.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/stamp_picture.h"

namespace skywright::pipelines {

std::vector<NightPreview> night_previews(const std::vector<NightFrame*>& frames, int count,
                                         const archive::Archive& archive) {
  std::vector<NightPreview> previews;
  for (const NightFrame* frame : frames) {
    const auto wanted = static_cast<std::size_t>(count) - previews.size();
    if (wanted == 0) break;
    if (frame->outcome.dia_sources == 0) continue;
    const auto snr = io::read_table(archive.path_of(frame->made->dia_sources)).numbers("snr");
    const Stamps stamps = read_stamps(archive.path_of(frame->made->stamps));
    std::vector<std::size_t> best(snr.size());
    std::iota(best.begin(), best.end(), std::size_t{0});
    std::stable_sort(best.begin(), best.end(),
                     [&](std::size_t a, std::size_t b) { return snr[a] > snr[b]; });
    for (std::size_t k = 0; k < std::min(wanted, best.size()); ++k) {
      const std::size_t i = best[k];
      previews.push_back({fmt::format("visit {}, detector {}, SNR {:.0f}", frame->outcome.visit,
                                      frame->outcome.detector, snr[i]),
                          draw::encode_png(stamp_picture(stamps, static_cast<int>(i)))});
    }
  }
  return previews;
}

}  // namespace skywright::pipelines
