#include "skywright/pipelines/stamp_picture.h"

#include "skywright/draw/stretch.h"

namespace skywright::pipelines {

draw::Canvas stamp_picture(const Stamps& stamps, int i, int zoom) {
  constexpr int kGap = 4;
  const int side = stamps.side * zoom;
  draw::Canvas row(3 * side + 2 * kGap, side);
  int x = 0;
  for (const auto kind : {StampKind::science, StampKind::reference, StampKind::difference}) {
    const auto pixels = stamps.stamp(kind, i).pixels;
    const draw::Limits limits = kind == StampKind::difference
                                    ? draw::sigma_limits(pixels, 5.0, 12.0)
                                    : draw::quantile_limits(pixels, 0.05, 0.995);
    row.paste(draw::gray_picture(pixels, limits, draw::Stretch::asinh).magnified(zoom), x, 0);
    x += side + kGap;
  }
  return row;
}

}  // namespace skywright::pipelines
