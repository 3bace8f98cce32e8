#include "skywright/base/source_id.h"

#include <chrono>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t kCounted = std::int64_t{1} << 32;  ///< numbers below are counted
constexpr std::int64_t kSequences = 100000;               ///< of a night
constexpr std::int64_t kDays = 32768;
constexpr std::int64_t kControllers = 8;
constexpr sys_days kFirstDay{year{1990} / 1 / 1};

static_assert(kCounted + kControllers * kDays * kSequences <= std::int64_t{1} << 35);
static_assert(35 + kDetectorBits + kCounterBits == 63);

}  // namespace

std::optional<std::int64_t> visit_code(VisitId visit) {
  if (visit.value < 0) return {};
  if (visit.value < kCounted) return visit.value;
  const std::int64_t date = visit.value / kSequences;
  // Of the years that a controller's thousands leave open, those from 1990 to 2079 are meant.
  const std::int64_t controller = date / 10000 / 1000 - (date / 10000 % 1000 >= 900 ? 1 : 2);
  if (controller < 0 || controller >= kControllers) return {};
  const year_month_day ymd{year{static_cast<int>(date / 10000 - 1000 * controller)},
                           month{static_cast<unsigned>(date / 100 % 100)},
                           day{static_cast<unsigned>(date % 100)}};
  if (!ymd.ok()) return {};
  const std::int64_t days = (sys_days{ymd} - kFirstDay).count();
  if (days < 0 || days >= kDays) return {};
  return kCounted + (controller * kDays + days) * kSequences + visit.value % kSequences;
}

VisitId visit_of_code(std::int64_t code) {
  if (code < kCounted) return {code};
  const std::int64_t night = (code - kCounted) / kSequences;
  const year_month_day ymd{kFirstDay + std::chrono::days{night % kDays}};
  const std::int64_t years = static_cast<int>(ymd.year()) + 1000 * (night / kDays);
  const std::int64_t date =
      (years * 100 + static_cast<unsigned>(ymd.month())) * 100 + static_cast<unsigned>(ymd.day());
  return {date * kSequences + (code - kCounted) % kSequences};
}

std::int64_t packed_source_id(VisitId visit, DetectorId detector, std::int64_t counter) {
  const auto code = visit_code(visit);
  if (!code)
    throw InputError(fmt::format("visit {}", visit.value), "no ids can be made of its number",
                     "give numbers below 2^32, or YYYYMMDDnnnnn of 1990 to 2079");
  if (detector.value < 0 || detector.value >= kDetectorLimit)
    throw InputError(fmt::format("detector {}", detector.value), "no ids can be made of its number",
                     fmt::format("number detectors below {}", kDetectorLimit));
  if (counter < 0 || counter >= kCounterLimit)
    throw InputError(fmt::format("visit {}, detector {}", visit.value, detector.value),
                     fmt::format("it has more than {} sources", kCounterLimit - 1),
                     "raise the threshold of detection");
  return (*code << (kDetectorBits + kCounterBits)) | (detector.value << kCounterBits) | counter;
}

SourceIdParts unpacked_source_id(std::int64_t id) {
  return {.visit = visit_of_code(id >> (kDetectorBits + kCounterBits)),
          .detector = {(id >> kCounterBits) & (kDetectorLimit - 1)},
          .counter = id & (kCounterLimit - 1)};
}

}  // namespace skywright
