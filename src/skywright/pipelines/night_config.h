/// All settings of prompt processing, nested by step: the table [night] of a survey's survey.toml.
#pragma once

#include "skywright/alerts/packets.h"
#include "skywright/associate/associate.h"
#include "skywright/base/fields.h"
#include "skywright/calibrate/solve.h"
#include "skywright/detrend/detrend.h"
#include "skywright/difference/subtract.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/measure_settings.h"
#include "skywright/pipelines/movers_config.h"
#include "skywright/warp/warp.h"

namespace skywright::pipelines {

struct NightConfig {
  detrend::DetrendConfig detrend;
  MeasureSettings measure;
  calibrate::SolveConfig solve;
  warp::WarpConfig warp;
  difference::SubtractConfig subtract;
  associate::AssociateConfig associate;
  alerts::AlertConfig alerts;
  MoversConfig movers;
  int stamp_side = 41;         ///< cutouts in alerts [pixel], odd, >= 31
  double forced_days = 365.0;  ///< objects seen within so many days get forced photometry
  /// An exposure that a rank has not ended after so long goes to another [s]; nothing in a key.
  double longest_s = 1800.0;
  ExposureStorage storage = ExposureStorage::lossless;  ///< of images and difference images
};
void describe(Fields& fields, NightConfig& config);

}  // namespace skywright::pipelines
