/// What `skywright detect` was asked for; the Python package asks in the same words.
#pragma once

#include "command.h"
#include "skywright/pipelines/detect_file.h"

namespace skywright::apps {

struct DetectOptions {
  pipelines::DetectFileInputs inputs;
  pipelines::DetectFileOutputs outputs;
  pipelines::MeasureSettings config;
};

/// Nothing is required here: an image in memory has no path. @throws ConfigError
DetectOptions detect_options(const Arguments& args, const Session& session);

}  // namespace skywright::apps
