/// What `skywright detrend` was asked for; the Python package asks in the same words.
#pragma once

#include "command.h"
#include "skywright/pipelines/detrend_files.h"

namespace skywright::apps {

/// Nothing is required here: frames in memory have no paths.
pipelines::DetrendRequest detrend_request(const Arguments& args);
detrend::DetrendConfig detrend_config(const Session& session);

}  // namespace skywright::apps
