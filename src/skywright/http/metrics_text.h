/// Numbers as Prometheus reads them: the text exposition format, version 0.0.4.
///
///     MetricsText text;
///     text.counter("skywright_raws_landed_total", "Raw frames that came.", {{{}, 12}});
///     text.gauge("skywright_backlog_exposures", "Exposures not yet done.", {{{}, 3}});
///     text.histogram("skywright_latency_seconds", "...", latencies);
///     Response{.type = MetricsText::kType, .body = text.take()};
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skywright::http {

/// One value of a metric, told from others by its labels.
struct Sample {
  std::vector<std::pair<std::string, std::string>> labels = {};
  double value = 0.0;
};

/// Counts of values by upper bounds, as a histogram keeps them.
class Histogram {
 public:
  /// @param bounds ascending; one more bucket takes what lies above the last
  explicit Histogram(std::vector<double> bounds);
  void add(double value);
  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
  /// One a bound and one more; not cumulative.
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
  [[nodiscard]] double sum() const { return sum_; }
  [[nodiscard]] std::uint64_t count() const;

 private:
  std::vector<double> bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0.0;
};

class MetricsText {
 public:
  static constexpr const char* kType = "text/plain; version=0.0.4; charset=utf-8";

  /// @param name ends in _total
  void counter(std::string_view name, std::string_view help, const std::vector<Sample>& samples);
  void gauge(std::string_view name, std::string_view help, const std::vector<Sample>& samples);
  void histogram(std::string_view name, std::string_view help, const Histogram& values);
  /// Sums and counts alone, one pair a set of labels.
  struct Sum {
    std::vector<std::pair<std::string, std::string>> labels = {};
    double sum = 0.0;
    std::uint64_t count = 0;
  };
  void summary(std::string_view name, std::string_view help, const std::vector<Sum>& sums);

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void head(std::string_view name, std::string_view help, std::string_view type);
  void line(std::string_view name, const Sample& sample);
  std::string text_;
};

}  // namespace skywright::http
