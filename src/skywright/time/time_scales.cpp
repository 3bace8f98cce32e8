#include "skywright/time/time_scales.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include <erfa.h>

#include "skywright/base/error.h"

namespace skywright::time {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view reason) {
  throw InputError("'" + std::string(text) + "' is no date", reason,
                   "write UTC as 2026-11-22T21:00:00.123");
}

/// Takes fixed-width numbers and separators off the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return {};
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return {};
      value = 10 * value + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// ".123" as 0.123; 0 where there is no point.
  std::optional<double> fraction() {
    if (rest_.empty() || rest_.front() != '.') return 0.0;
    double value = 0.0;
    const auto end =
        std::find_if(rest_.begin() + 1, rest_.end(), [](char c) { return c < '0' || c > '9'; });
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    if (length == 1) {
      rest_.remove_prefix(1);
      return 0.0;
    }
    const auto [stop, error] =
        std::from_chars(rest_.data(), rest_.data() + length, value, std::chars_format::fixed);
    if (error != std::errc{} || stop != rest_.data() + length) return {};
    rest_.remove_prefix(length);
    return value;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

// ERFA's status is -1 for a year before -4799 and +1 for dates where UTC is not known (yet); with
// both it gives its best value, as the header promises.
Tai to_tai(Utc t) {
  Tai out;
  eraUtctai(t.jd1, t.jd2, &out.jd1, &out.jd2);
  return out;
}

Tai to_tai(Tt t) {
  Tai out;
  eraTttai(t.jd1, t.jd2, &out.jd1, &out.jd2);
  return out;
}

Utc to_utc(Tai t) {
  Utc out;
  eraTaiutc(t.jd1, t.jd2, &out.jd1, &out.jd2);
  return out;
}

Tt to_tt(Tai t) {
  Tt out;
  eraTaitt(t.jd1, t.jd2, &out.jd1, &out.jd2);
  return out;
}

Tt to_tt(Tdb t) {
  // The difference is below 2 ms and its rate below 4e-10, so that TDB may stand for TT in it.
  Tt out;
  eraTdbtt(t.jd1, t.jd2, eraDtdb(t.jd1, t.jd2, 0.0, 0.0, 0.0, 0.0), &out.jd1, &out.jd2);
  return out;
}

Tdb to_tdb(Tt t) {
  Tdb out;
  eraTttdb(t.jd1, t.jd2, eraDtdb(t.jd1, t.jd2, 0.0, 0.0, 0.0, 0.0), &out.jd1, &out.jd2);
  return out;
}

Ut1 to_ut1(Utc t, double ut1_minus_utc) {
  Ut1 out;
  eraUtcut1(t.jd1, t.jd2, ut1_minus_utc, &out.jd1, &out.jd2);
  return out;
}

Utc utc_from_iso(std::string_view text) {
  Reader reader(text);
  const auto year = reader.digits(4);
  const bool first_dash = reader.take('-');
  const auto month = reader.digits(2);
  const bool second_dash = reader.take('-');
  const auto day = reader.digits(2);
  if (!year || !first_dash || !month || !second_dash || !day) {
    refuse(text, "it does not begin with YYYY-MM-DD");
  }
  int hour = 0, minute = 0;
  double second = 0.0;
  if (reader.take('T') || reader.take(' ')) {
    const auto h = reader.digits(2);
    const bool first_colon = reader.take(':');
    const auto m = reader.digits(2);
    if (!h || !first_colon || !m) refuse(text, "its time of day is not HH:MM or HH:MM:SS");
    hour = *h;
    minute = *m;
    if (reader.take(':')) {
      const auto s = reader.digits(2);
      const auto part = s ? reader.fraction() : std::nullopt;
      if (!s || !part) refuse(text, "its seconds are not SS or SS.sss");
      second = *s + *part;
    }
    reader.take('Z');
  }
  if (!reader.empty()) refuse(text, "characters follow the date");
  Utc out;
  const int status = eraDtf2d("UTC", *year, *month, *day, hour, minute, second, &out.jd1, &out.jd2);
  if (status >= 2) refuse(text, "its seconds go past the end of the minute");
  if (status < 0) refuse(text, "its month, day, hour, minute or second is out of range");
  return out;
}

std::string iso_text(Utc t, int decimals) {
  if (decimals < 0 || decimals > 9) {
    throw ConfigError("decimals=" + std::to_string(decimals), "must be 0 to 9", "3 is usual");
  }
  int year = 0, month = 0, day = 0;
  std::array<int, 4> clock{};
  if (eraD2dtf("UTC", decimals, t.jd1, t.jd2, &year, &month, &day, clock.data()) < 0) {
    throw InputError("a date cannot be written", "it lies before the year -4799 or after 9999",
                     "check the time stamps of the data");
  }
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                clock[0], clock[1], clock[2]);
  std::string out(buffer.data());
  if (decimals > 0) {
    std::snprintf(buffer.data(), buffer.size(), ".%0*d", decimals, clock[3]);
    out += buffer.data();
  }
  return out;
}

}  // namespace skywright::time
