/// A measurement of somebody else's: columns beside ours, from a stamp of each source.
///
/// What it is and whence it came is the caller's business; here it is asked for its columns and
/// given stamps, several sources at once, from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "skywright/measure/source_measurer.h"

namespace skywright::measure {

/// Stamps of one side around several sources, one array each; [source][y][x] where not said
/// otherwise.
struct SourceStamps {
  int side = 0;                        ///< odd [pixel]
  int count = 0;                       ///< sources
  std::vector<double> position;        ///< [source][2]: x, y on the image [pixel]
  std::vector<double> centre;          ///< [source][2]: the same on the stamp
  std::vector<float> pixels;           ///< background and neighbours off, times the source's sign
  std::vector<float> variance;         ///< [image unit^2], > 0
  std::vector<std::int32_t> unusable;  ///< sum of kStampMasked, kStampNeighbour, kStampOutside
  std::vector<float> psf;              ///< unit sum on its own side
};
inline constexpr std::int32_t kStampMasked = 1;
inline constexpr std::int32_t kStampNeighbour = 2;
inline constexpr std::int32_t kStampOutside = 4;

class SourceKernel {
 public:
  virtual ~SourceKernel() = default;
  /// Names and units of its columns, without values.
  [[nodiscard]] virtual const std::vector<OwnColumn>& columns() const = 0;
  /// The logical column that says where any of them has no value.
  [[nodiscard]] virtual const std::string& flag_column() const = 0;
  /// Of the stamps that it wants, odd; 0: of the PSF model's side.
  [[nodiscard]] virtual int side() const = 0;
  /// @return [source][column]; what is not finite could not be measured
  [[nodiscard]] virtual std::vector<double> measure(const SourceStamps& stamps) const = 0;
};
/// Kernels that measure each source, in the order of their columns.
using SourceKernels = std::span<const SourceKernel* const>;

/// A measured source, with what its stamp is cut by.
struct StampSource {
  const Footprint* footprint = nullptr;
  const Child* child = nullptr;
  std::int32_t label = 0;  ///< 1 + index of the footprint
  SourceRow* row = nullptr;
};

/// Squares of `side` pixels about the sources.
SourceStamps cut_stamps(const MeasureInput& input, std::span<const StampSource> sources, int side);

/// Ask every kernel for every source; values go to `row->own`, in the order of kernels and columns.
void measure_by_kernels(const MeasureInput& input, std::span<const StampSource> sources,
                        SourceKernels kernels);

}  // namespace skywright::measure
