#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "command.h"

namespace skywright::apps {
namespace {

[[noreturn]] void refuse(std::string_view name, std::string_view value,
                         std::string_view should_be) {
  throw ConfigError(fmt::format("{}={}", name, value), fmt::format("must be {}", should_be),
                    "see `skywright COMMAND --help`");
}

template <class T>
T parsed(std::string_view name, const std::string& text, std::string_view should_be) {
  T value{};
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) refuse(name, text, should_be);
  return value;
}

}  // namespace

bool Arguments::has(std::string_view name) const { return values.find(name) != values.end(); }

std::string Arguments::text(std::string_view name) const {
  const auto it = values.find(name);
  if (it == values.end() || it->second.empty())
    throw ConfigError(std::string(name), "missing", "see `skywright COMMAND --help`");
  return it->second.back();
}

std::string Arguments::text_or(std::string_view name, std::string_view fallback) const {
  return has(name) ? text(name) : std::string(fallback);
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const auto it = values.find(name);
  return it == values.end() ? std::vector<std::string>{} : it->second;
}

std::vector<std::string> Arguments::list(std::string_view name) const {
  std::vector<std::string> parts;
  for (const std::string& value : texts(name)) {
    std::size_t begin = 0;
    while (begin <= value.size()) {
      const std::size_t end = std::min(value.find(',', begin), value.size());
      if (end > begin) parts.push_back(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return parts;
}

double Arguments::number(std::string_view name) const {
  const auto value = parsed<double>(name, text(name), "a number");
  if (!std::isfinite(value)) refuse(name, text(name), "a finite number");
  return value;
}

double Arguments::declination(std::string_view name) const {
  const double value = number(name);
  if (std::abs(value) > 90.0) refuse(name, text(name), "between -90 and 90 degrees");
  return value;
}

double Arguments::mjd(std::string_view name) const {
  const double value = number(name);
  if (value < 0.0 || value > 200000.0)
    refuse(name, text(name), "an MJD between 0 and 200000, a Julian date less 2400000.5");
  return value;
}

double Arguments::mjd_or(std::string_view name, double fallback) const {
  return has(name) ? mjd(name) : fallback;
}

time::Utc Arguments::date(std::string_view name) const {
  try {
    return time::utc_from_iso(text(name));
  } catch (const InputError& error) {
    // What is bad input in a file is wrong usage here.
    const std::string_view what = error.what();
    const std::size_t remedy = what.rfind("; ");
    throw ConfigError(name, what.substr(0, remedy), what.substr(remedy + 2));
  }
}

double Arguments::number_or(std::string_view name, double fallback) const {
  return has(name) ? number(name) : fallback;
}

std::optional<double> Arguments::maybe_number(std::string_view name) const {
  if (!has(name)) return {};
  return number(name);
}

std::int64_t Arguments::whole(std::string_view name) const {
  return parsed<std::int64_t>(name, text(name), "a whole number");
}

std::int64_t Arguments::whole_or(std::string_view name, std::int64_t fallback) const {
  return has(name) ? whole(name) : fallback;
}

}  // namespace skywright::apps
