/// What `skywright solve` was asked for; the Python package asks in the same words.
#pragma once

#include "command.h"
#include "skywright/pipelines/solve_file.h"

namespace skywright::apps {

/// Nothing is required here: images and tables in memory have no paths. @throws ConfigError
pipelines::SolveFileRequest solve_request(const Arguments& args);
pipelines::SolveImageConfig solve_config(const Session& session);

}  // namespace skywright::apps
