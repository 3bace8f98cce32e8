/// The part of a night that any rank of a launch can do: one exposure, told as text, answered as
/// text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/base/error.h"
#include "skywright/pipelines/night_exposure.h"

namespace skywright::pipelines {

/// What came of an exposure.
struct ExposureAnswer {
  ExitCode code = ExitCode::complete;
  std::string message;  ///< why it failed
  bool was_done = false;
  std::vector<StepTime> times;
  int sources = 0;
  int dia_sources = 0;
};
std::string answer_text(const ExposureAnswer& answer);
/// @throws std::runtime_error for text that is no answer
ExposureAnswer answer_from(std::string_view text);

/// @param root  of the survey, below which `raw` lies
/// @param products  by the asker's settings and inputs; whoever does it must come to the same keys
std::string exposure_order(const RawFile& raw, const std::filesystem::path& root,
                           const DetectorProducts& products);

/// Does such orders, from several threads at once.
class NightWork {
 public:
  /// All must outlive it. @param archive opened for writing or publishing
  NightWork(archive::Archive& archive, const instrument::Instrument& instrument,
            const SurveyInputs& inputs, const NightConfig& config)
      : archive_(archive), instrument_(instrument), inputs_(inputs), config_(config) {}

  /// An exposure that fails is answered so, as its visit goes on without it.
  /// @throws Stopped; StorageError, because no other exposure would fare better
  std::string operator()(std::string_view order, const Execution& execution) const;

 private:
  [[nodiscard]] ExposureAnswer process(std::string_view order, const Execution& execution) const;

  archive::Archive& archive_;
  const instrument::Instrument& instrument_;
  const SurveyInputs& inputs_;
  const NightConfig& config_;
};

}  // namespace skywright::pipelines
