/// What `skywright subtract` was asked for; the Python package asks in the same words.
#pragma once

#include "command.h"
#include "skywright/pipelines/subtract_files.h"

namespace skywright::apps {

/// @throws ConfigError
pipelines::SubtractFilesConfig subtract_config(const Arguments& args, const Session& session);
/// Nothing is required here: images in memory have no paths.
pipelines::SubtractJob subtract_job(const Arguments& args);

}  // namespace skywright::apps
