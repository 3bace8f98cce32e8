#include "skywright/schedule/downtime.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "skywright/base/fields.h"
#include "skywright/base/random_stream.h"

namespace skywright::schedule {
namespace {

struct Period {
  double begin;  ///< MJD
  double end;
  bool scheduled;
};

void add_maintenance(std::vector<Period>& out, const DowntimeConfig& config, double start,
                     double end) {
  for (const Maintenance& m : config.maintenance) {
    const auto at = [&](double k) {
      return std::floor(m.first_mjd + k * m.every_days) + config.local_noon;
    };
    for (double k = std::floor((start - m.nights - 2.0 - m.first_mjd) / m.every_days); at(k) < end;
         ++k)
      if (at(k) + m.nights > start) out.push_back({at(k), at(k) + m.nights, true});
  }
}

void add_faults(std::vector<Period>& out, const DowntimeConfig& config, double start, double end,
                std::uint64_t seed) {
  double longest = 0.0;
  for (const Fault& f : config.faults) longest = std::max(longest, f.nights);
  const auto first = static_cast<std::int64_t>(std::floor(start - longest)) - 1;
  for (std::int64_t night = first; static_cast<double>(night) + config.local_noon < end; ++night) {
    auto random = RandomStream::for_unit(seed, {night}, "downtime");
    for (const Fault& f : config.faults) {
      if (random.uniform() >= f.probability) continue;
      const double begin = static_cast<double>(night) + config.local_noon;
      if (begin + f.nights > start) out.push_back({begin, begin + f.nights, false});
    }
  }
}

}  // namespace

void describe(Fields& f, Maintenance& m) {
  f.number("first_mjd", m.first_mjd, "day on which one such period begins [MJD]");
  f.number("every_days", m.every_days, "time from one period to the next [day]", {.low = 1.0});
  f.number("nights", m.nights, "nights that it lasts", {.high = 3650.0, .above = 0.0});
}

void describe(Fields& f, Fault& fault) {
  f.number("probability", fault.probability, "probability that it begins on a night",
           {.low = 0.0, .high = 1.0});
  f.number("nights", fault.nights, "nights that it lasts", {.high = 3650.0, .above = 0.0});
}

void describe(Fields& f, DowntimeConfig& c) {
  describe_list(f, "maintenance", c.maintenance, "planned periods");
  describe_list(f, "faults", c.faults, "what breaks, and how often");
  f.number("local_noon", c.local_noon,
           "instant at which the night's date changes [part of a day, TAI]",
           {.low = 0.0, .below = 1.0});
}

std::vector<Downtime> downtimes(const DowntimeConfig& config, time::Tai start, double days,
                                std::uint64_t seed) {
  check_fields(config);
  const double from = start.mjd();
  const double to = from + days;
  std::vector<Period> periods;
  add_maintenance(periods, config, from, to);
  add_faults(periods, config, from, to, seed);
  std::sort(periods.begin(), periods.end(), [](const Period& a, const Period& b) {
    return std::tuple(a.begin, a.end, a.scheduled) < std::tuple(b.begin, b.end, b.scheduled);
  });
  std::vector<Period> merged;
  for (const Period& p : periods) {
    if (!merged.empty() && p.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, p.end);
      merged.back().scheduled = merged.back().scheduled && p.scheduled;
    } else {
      merged.push_back(p);
    }
  }
  std::vector<Downtime> out;
  out.reserve(merged.size());
  for (const Period& p : merged)
    out.push_back({time::Tai::from_mjd(p.begin), time::Tai::from_mjd(p.end), p.scheduled});
  return out;
}

}  // namespace skywright::schedule
