/// Body of `skywright alerts convert`: our alerts in the shape of another stream.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"

namespace skywright::pipelines {

/// One container of ZTF-shaped alerts (schema ztf.alert 3.3), in the order of the files.
/// @returns how many
/// @throws InputError for a file of other alerts than ours; alerts::FilterError; StorageError
std::size_t convert_alerts_to_ztf(const std::vector<std::filesystem::path>& files,
                                  const std::optional<std::string>& filter,
                                  const std::filesystem::path& out, const Execution& execution);

}  // namespace skywright::pipelines
