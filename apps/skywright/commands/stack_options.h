/// What `skywright stack` was asked for; the Python package asks in the same words.
#pragma once

#include "command.h"
#include "skywright/pipelines/stack_files.h"

namespace skywright::apps {

/// Nothing is required here: images in memory have no paths. @throws ConfigError
pipelines::StackJob stack_job(const Arguments& args);
stack::StackConfig stack_config(const Session& session);

}  // namespace skywright::apps
