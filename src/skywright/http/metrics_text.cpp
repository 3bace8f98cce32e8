#include "skywright/http/metrics_text.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace skywright::http {
namespace {

enum class Quotes { plain, escaped };

std::string escaped(std::string_view text, Quotes quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\\' || (c == '"' && quotes == Quotes::escaped))
      (out += '\\') += c;
    else
      out += c;
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
  assert(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::add(double value) {
  const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  ++counts_[static_cast<std::size_t>(at)];
  sum_ += value;
}

std::uint64_t Histogram::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

void MetricsText::head(std::string_view name, std::string_view help, std::string_view type) {
  text_ +=
      fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(help, Quotes::plain), name, type);
}

void MetricsText::line(std::string_view name, const Sample& sample) {
  text_ += name;
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    text_ += fmt::format("{}{}=\"{}\"", i == 0 ? '{' : ',', sample.labels[i].first,
                         escaped(sample.labels[i].second, Quotes::escaped));
  }
  text_ += fmt::format("{} {}\n", sample.labels.empty() ? "" : "}", number(sample.value));
}

void MetricsText::counter(std::string_view name, std::string_view help,
                          const std::vector<Sample>& samples) {
  assert(name.ends_with("_total"));
  head(name, help, "counter");
  for (const Sample& sample : samples) line(name, sample);
}

void MetricsText::gauge(std::string_view name, std::string_view help,
                        const std::vector<Sample>& samples) {
  head(name, help, "gauge");
  for (const Sample& sample : samples) line(name, sample);
}

void MetricsText::histogram(std::string_view name, std::string_view help, const Histogram& values) {
  head(name, help, "histogram");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < values.counts().size(); ++i) {
    below += values.counts()[i];
    const bool last = i == values.bounds().size();
    line(fmt::format("{}_bucket", name),
         {.labels = {{"le", last ? "+Inf" : number(values.bounds()[i])}},
          .value = static_cast<double>(below)});
  }
  line(fmt::format("{}_sum", name), {.value = values.sum()});
  line(fmt::format("{}_count", name), {.value = static_cast<double>(below)});
}

void MetricsText::summary(std::string_view name, std::string_view help,
                          const std::vector<Sum>& sums) {
  head(name, help, "summary");
  for (const Sum& sum : sums) {
    line(fmt::format("{}_sum", name), {.labels = sum.labels, .value = sum.sum});
    line(fmt::format("{}_count", name),
         {.labels = sum.labels, .value = static_cast<double>(sum.count)});
  }
}

}  // namespace skywright::http
