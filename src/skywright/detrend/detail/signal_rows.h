/// Raw rows of all amplifiers of a detector, cleaned of zero level, crosstalk and nonlinearity.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "skywright/detrend/detrend.h"

namespace skywright::detrend::detail {

/// One amplifier's row of imaging pixels, in readout order.
struct SignalRow {
  std::vector<float> signal;           ///< [ADU] above the zero level
  std::vector<image::MaskBits> flags;  ///< SAT, SUSPECT, UNMASKEDNAN, CROSSTALK
};

/// Cleans rows of one exposure; holds what is the same for all of them.
class SignalRows {
 public:
  SignalRows(const RawExposure& raw, const instrument::Detector& detector, const Masters& masters,
             const DetrendConfig& config, std::span<const ZeroLevel> zero,
             std::span<const double> read_noise_electron);

  /// Rows of data, counted from the first imaging row in readout order; the most of any amplifier.
  [[nodiscard]] int row_count() const { return row_count_; }
  /// The r-th row of every amplifier; those with fewer rows get an empty one.
  void read(int r, std::vector<SignalRow>& rows) const;

 private:
  void subtract_zero(std::size_t i, int r, SignalRow& row) const;
  void subtract_crosstalk(std::vector<SignalRow>& rows) const;
  void linearise(std::size_t i, SignalRow& row) const;

  const RawExposure& raw_;
  const instrument::Detector& detector_;
  const Masters& masters_;
  std::span<const ZeroLevel> zero_;
  std::vector<image::Box> data_;        ///< of each amplifier, within its raw rectangle
  std::vector<double> crosstalk_;       ///< empty for none
  std::vector<float> crosstalk_sigma_;  ///< read noise [ADU]
  double suspect_fraction_ = 1.0;
  int row_count_ = 0;
};

}  // namespace skywright::detrend::detail
