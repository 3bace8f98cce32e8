#include "skywright/base/fields.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright {

bool Range::holds(double value) const {
  return !std::isnan(value) && value >= low && value <= high && value > above && value < below;
}

bool Range::is_open() const {
  return std::isinf(low) && std::isinf(high) && std::isinf(above) && std::isinf(below);
}

std::string Range::text() const {
  const bool has_low = std::isfinite(low);
  const bool has_above = std::isfinite(above);
  const bool has_high = std::isfinite(high);
  const bool has_below = std::isfinite(below);
  const std::string left = has_above ? fmt::format("({:g}", above) : fmt::format("[{:g}", low);
  const std::string right = has_below ? fmt::format("{:g})", below) : fmt::format("{:g}]", high);
  if ((has_low || has_above) && (has_high || has_below))
    return fmt::format("must be in {}, {}", left, right);
  if (has_above) return fmt::format("must be > {:g}", above);
  if (has_low) return fmt::format("must be >= {:g}", low);
  if (has_below) return fmt::format("must be < {:g}", below);
  if (has_high) return fmt::format("must be <= {:g}", high);
  return "must be a number";
}

namespace {

void refuse(const std::string& name, double value, const Range& range, std::string_view doc) {
  throw ConfigError(fmt::format("{}={:g}", name, value), range.text(),
                    fmt::format("it means: {}", doc));
}

}  // namespace

std::string RangeCheck::path(std::string_view name) const {
  std::string full;
  for (const std::string& part : stack_) full += part + ".";
  return full.append(name);
}

void RangeCheck::number(std::string_view name, double& value, std::string_view doc, Range range) {
  if (!range.holds(value)) refuse(path(name), value, range, doc);
}

void RangeCheck::whole(std::string_view name, int& value, std::string_view doc, Range range) {
  if (!range.holds(value)) refuse(path(name), value, range, doc);
}

void RangeCheck::numbers(std::string_view name, std::vector<double>& value, std::string_view doc,
                         Range each) {
  for (const double v : value) {
    if (!each.holds(v)) refuse(path(name), v, each, doc);
  }
}

void RangeCheck::choice(std::string_view name, int& index, const std::vector<std::string>& names,
                        std::string_view doc) {
  if (index < 0 || index >= static_cast<int>(names.size()))
    refuse(path(name), index, {.low = 0, .below = static_cast<double>(names.size())}, doc);
}

void RangeCheck::begin(std::string_view name, std::string_view) { stack_.emplace_back(name); }
void RangeCheck::end() { stack_.pop_back(); }
std::size_t RangeCheck::begin_list(std::string_view name, std::size_t current, std::string_view) {
  stack_.emplace_back(name);
  return current;
}
void RangeCheck::begin_element(std::size_t index) { stack_.push_back(fmt::format("[{}]", index)); }
void RangeCheck::end_list() { stack_.pop_back(); }

}  // namespace skywright
