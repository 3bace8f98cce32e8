#include "skywright/schedule/block_growth.h"

#include <algorithm>
#include <queue>

#include "skywright/schedule/reward.h"

namespace skywright::schedule {
namespace {

/// Collects fields once each, in the order in which their pixels come.
class FieldList {
 public:
  FieldList(const Situation& now, std::size_t count) : now_(&now), count_(count) {}

  void add(std::size_t slot) {
    const auto pixel = static_cast<std::size_t>(now_->sky.pixel[slot]);
    const std::size_t field =
        now_->setting.grid.nearest(now_->setting.pixels.centre[pixel], now_->tonight.turn);
    if (std::find(fields_.begin(), fields_.end(), field) == fields_.end()) fields_.push_back(field);
  }
  [[nodiscard]] bool full() const { return fields_.size() >= count_; }
  [[nodiscard]] std::vector<std::size_t> take() { return std::move(fields_); }

 private:
  const Situation* now_;
  std::size_t count_;
  std::vector<std::size_t> fields_;
};

}  // namespace

std::vector<std::size_t> grow_block(const Situation& now, std::span<const float> map,
                                    std::size_t start, std::size_t count, sphere::Angle reach) {
  const Conditions& sky = now.sky;
  const SkyPixels& pixels = now.setting.pixels;
  const auto centre = [&](std::size_t slot) -> const sphere::UnitVector& {
    return pixels.centre[static_cast<std::size_t>(sky.pixel[slot])];
  };
  const double least = cos(reach);
  const auto usable = [&](std::size_t slot) {
    return !masked(map[slot]) && dot(centre(slot), centre(start)) >= least;
  };
  FieldList fields(now, count);
  std::vector<bool> seen(map.size(), false);
  // The most rewarding slot on the rim; equal ones by the smaller slot.
  const auto worse = [&](std::size_t a, std::size_t b) {
    return map[a] != map[b] ? map[a] < map[b] : a > b;
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(worse)> rim(worse);
  rim.push(start);
  seen[start] = true;
  while (!rim.empty() && !fields.full()) {
    const std::size_t slot = rim.top();
    rim.pop();
    fields.add(slot);
    for (const std::int32_t n : pixels.neighbours[static_cast<std::size_t>(sky.pixel[slot])]) {
      if (n < 0) continue;
      const std::int32_t next = sky.slot[static_cast<std::size_t>(n)];
      if (next < 0) continue;
      const auto s = static_cast<std::size_t>(next);
      if (seen[s] || !usable(s)) continue;
      seen[s] = true;
      rim.push(s);
    }
  }
  if (!fields.full()) {
    std::vector<std::size_t> rest;
    for (std::size_t k = 0; k < map.size(); ++k)
      if (!seen[k] && usable(k)) rest.push_back(k);
    std::sort(rest.begin(), rest.end(), [&](std::size_t a, std::size_t b) { return worse(b, a); });
    for (std::size_t i = 0; i < rest.size() && !fields.full(); ++i) fields.add(rest[i]);
  }
  return fields.take();
}

}  // namespace skywright::schedule
