#include "skywright/sphere/moc.h"

#include <algorithm>
#include <charconv>

#include "skywright/base/error.h"

namespace skywright::sphere {
namespace {

constexpr std::int64_t kAll = healpix::pixel_count(healpix::kMaxOrder);

[[noreturn]] void refuse(std::string_view token) {
  throw InputError("no coverage map in its ASCII form",
                   "'" + std::string(token) + "' is no ORDER/, PIXEL or FIRST-LAST in range",
                   "write it as 3/5 7-9 4/112");
}

std::int64_t whole(std::string_view text, std::string_view token) {
  std::int64_t value = -1;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value < 0) refuse(token);
  return value;
}

}  // namespace

Moc::Moc(std::vector<PixelRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const PixelRange& a, const PixelRange& b) { return a.begin < b.begin; });
  for (const PixelRange& r : ranges) {
    if (r.begin >= r.end) continue;
    if (!ranges_.empty() && r.begin <= ranges_.back().end) {
      ranges_.back().end = std::max(ranges_.back().end, r.end);
    } else {
      ranges_.push_back(r);
    }
  }
}

Moc Moc::whole_sky() { return Moc({{0, kAll}}); }

bool Moc::contains(std::int64_t healpix_29) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), healpix_29,
                       [](std::int64_t index, const PixelRange& r) { return index < r.begin; });
  return after != ranges_.begin() && healpix_29 < std::prev(after)->end;
}

bool Moc::contains(const SkyPosition& position) const {
  return contains(healpix::pixel_at(position, healpix::kMaxOrder));
}

double Moc::sky_fraction() const {
  std::int64_t sum = 0;
  for (const PixelRange& r : ranges_) sum += r.end - r.begin;
  return static_cast<double>(sum) / static_cast<double>(kAll);
}

Moc Moc::complement() const {
  Moc out;
  std::int64_t begin = 0;
  for (const PixelRange& r : ranges_) {
    if (begin < r.begin) out.ranges_.push_back({begin, r.begin});
    begin = r.end;
  }
  if (begin < kAll) out.ranges_.push_back({begin, kAll});
  return out;
}

Moc operator|(const Moc& a, const Moc& b) {
  std::vector<PixelRange> all = a.ranges_;
  all.insert(all.end(), b.ranges_.begin(), b.ranges_.end());
  return Moc(std::move(all));
}

Moc operator&(const Moc& a, const Moc& b) {
  Moc out;
  auto i = a.ranges_.begin();
  auto j = b.ranges_.begin();
  while (i != a.ranges_.end() && j != b.ranges_.end()) {
    const PixelRange both{std::max(i->begin, j->begin), std::min(i->end, j->end)};
    if (both.begin < both.end) out.ranges_.push_back(both);
    (i->end < j->end ? i : j)++;
  }
  return out;
}

Moc operator-(const Moc& a, const Moc& b) { return a & b.complement(); }

std::vector<std::int64_t> Moc::pixels(int order) const {
  const int shift = 2 * (healpix::kMaxOrder - order);
  std::vector<std::int64_t> out;
  for (const PixelRange& r : ranges_) {
    for (std::int64_t p = r.begin >> shift; p <= (r.end - 1) >> shift; ++p) {
      if (out.empty() || out.back() != p) out.push_back(p);
    }
  }
  return out;
}

std::string Moc::text() const {
  std::vector<std::vector<PixelRange>> by_order(healpix::kMaxOrder + 1);
  for (const PixelRange& r : ranges_) {
    // The largest pixel that begins here and ends within, again and again.
    for (std::int64_t begin = r.begin; begin < r.end;) {
      int order = healpix::kMaxOrder;
      while (order > 0) {
        const std::int64_t size = std::int64_t{1} << (2 * (healpix::kMaxOrder - order + 1));
        if ((begin & (size - 1)) != 0 || begin + size > r.end) break;
        --order;
      }
      const int shift = 2 * (healpix::kMaxOrder - order);
      const std::int64_t pixel = begin >> shift;
      auto& list = by_order[static_cast<std::size_t>(order)];
      if (!list.empty() && list.back().end == pixel) {
        ++list.back().end;
      } else {
        list.push_back({pixel, pixel + 1});
      }
      begin += std::int64_t{1} << shift;
    }
  }
  std::string out;
  for (std::size_t order = 0; order < by_order.size(); ++order) {
    if (by_order[order].empty()) continue;
    if (!out.empty()) out += ' ';
    out += std::to_string(order) + '/';
    bool first = true;
    for (const PixelRange& r : by_order[order]) {
      if (!first) out += ' ';
      first = false;
      out += std::to_string(r.begin);
      if (r.end - r.begin > 1) out += '-' + std::to_string(r.end - 1);
    }
  }
  return out;
}

Moc Moc::from_text(std::string_view text) {
  std::vector<PixelRange> ranges;
  int order = -1;
  std::size_t at = 0;
  constexpr std::string_view kBetween = " \t\r\n,";
  while ((at = text.find_first_not_of(kBetween, at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    const std::string_view token = text.substr(at, end - at);
    at = end;
    std::string_view pixels = token;
    if (const auto slash = token.find('/'); slash != std::string_view::npos) {
      const std::int64_t value = whole(token.substr(0, slash), token);
      if (value > healpix::kMaxOrder) refuse(token);
      order = static_cast<int>(value);
      pixels = token.substr(slash + 1);
      if (pixels.empty()) continue;
    }
    if (order < 0) refuse(token);
    const auto dash = pixels.find('-');
    const std::int64_t first = whole(pixels.substr(0, dash), token);
    const std::int64_t last =
        dash == std::string_view::npos ? first : whole(pixels.substr(dash + 1), token);
    if (last < first || last >= healpix::pixel_count(order)) refuse(token);
    const int shift = 2 * (healpix::kMaxOrder - order);
    ranges.push_back({first << shift, (last + 1) << shift});
  }
  return Moc(std::move(ranges));
}

}  // namespace skywright::sphere
