#include "skywright/math/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace skywright::math {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMadToSigma = 1.482602218505602;  // 1 / Phi^-1(3/4)

template <class T>
std::vector<T> finite_copy(std::span<const T> values) {
  std::vector<T> kept;
  kept.reserve(values.size());
  for (const T v : values) {
    if (std::isfinite(v)) kept.push_back(v);
  }
  return kept;
}

template <class T>
double middle_of(std::span<T> values, std::size_t rank, bool odd) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), middle, values.end());
  if (odd) return static_cast<double>(*middle);
  const T below = *std::max_element(values.begin(), middle);
  return 0.5 * (static_cast<double>(below) + static_cast<double>(*middle));
}

/// Rearranges `values`. As Floyd & Rivest (1975, CACM 18, 165) select: two values of a sorted
/// sample enclose the median but for one random case in two thousand, and only what lies between
/// them is sorted out; in that case, or where order misleads the sample, all is.
template <class T>
double median_in_place(std::vector<T>& values) {
  if (values.empty()) return kNan;
  const std::size_t n = values.size();
  const std::size_t rank = n / 2;
  const bool odd = n % 2 == 1;
  constexpr std::size_t kSample = 256;
  constexpr std::size_t kReach = 28;  // 3.5 times the scatter of the sample's middle rank
  if (n < 4 * kSample) return middle_of(std::span<T>(values), rank, odd);
  std::array<T, kSample> sample;
  for (std::size_t i = 0; i < kSample; ++i) sample[i] = values[i * n / kSample];
  std::sort(sample.begin(), sample.end());
  const T low = sample[kSample / 2 - kReach];
  const T high = sample[kSample / 2 + kReach];
  std::vector<T> between(n + 1);
  std::size_t count = 0;
  std::size_t below = 0;
  for (const T v : values) {
    between[count] = v;
    count += static_cast<std::size_t>((v >= low) & (v <= high));
    below += static_cast<std::size_t>(v < low);
  }
  // An even number's median needs the value before the middle one, too.
  if (rank < below + 1 || rank >= below + count) return middle_of(std::span<T>(values), rank, odd);
  return middle_of(std::span<T>(between.data(), count), rank - below, odd);
}

template <class T>
double median_of(std::span<const T> values) {
  auto kept = finite_copy(values);
  return median_in_place(kept);
}

template <class T>
double mad_sigma_of(std::span<const T> values) {
  auto kept = finite_copy(values);
  const auto middle = static_cast<T>(median_in_place(kept));
  for (T& v : kept) v = std::abs(v - middle);
  return kMadToSigma * median_in_place(kept);
}

template <class T>
ClippedStatistics clipped(std::span<const T> values, double k, int iterations) {
  auto kept = finite_copy(values);
  ClippedStatistics s{kNan, kNan, kNan, 0};
  for (int pass = 0;; ++pass) {
    s.count = kept.size();
    if (kept.empty()) return s;
    double sum = 0.0;
    for (const T v : kept) sum += v;
    s.mean = sum / static_cast<double>(kept.size());
    double squares = 0.0;
    for (const T v : kept) squares += (v - s.mean) * (v - s.mean);
    s.sigma = std::sqrt(squares / static_cast<double>(std::max<std::size_t>(1, kept.size() - 1)));
    s.median = median_in_place(kept);
    if (pass == iterations) return s;
    const std::size_t gone = std::erase_if(
        kept, [&](T v) { return std::abs(static_cast<double>(v) - s.median) > k * s.sigma; });
    if (gone == 0) return s;
  }
}

}  // namespace

double median(std::span<const double> values) { return median_of(values); }
double median(std::span<const float> values) { return median_of(values); }
double mad_sigma(std::span<const double> values) { return mad_sigma_of(values); }
double mad_sigma(std::span<const float> values) { return mad_sigma_of(values); }

double quantile(std::span<const double> values, double q) {
  auto kept = finite_copy(values);
  if (kept.empty()) return kNan;
  const double place = std::clamp(q, 0.0, 1.0) * static_cast<double>(kept.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const auto at = kept.begin() + static_cast<std::ptrdiff_t>(low);
  std::nth_element(kept.begin(), at, kept.end());
  const double first = *at;
  if (low + 1 >= kept.size()) return first;
  const double second = *std::min_element(at + 1, kept.end());
  return first + (place - static_cast<double>(low)) * (second - first);
}

ClippedStatistics clipped_statistics(std::span<const float> values, double k, int iterations) {
  return clipped(values, k, iterations);
}
ClippedStatistics clipped_statistics(std::span<const double> values, double k, int iterations) {
  return clipped(values, k, iterations);
}

}  // namespace skywright::math
