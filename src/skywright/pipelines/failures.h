/// Units of work of a survey that could not be done, and why: failures.json in its directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "skywright/base/error.h"

namespace skywright::pipelines {

struct Failure {
  std::string unit;  ///< "night 2026112200045 94", "ingest frame.fits"
  ExitCode code = ExitCode::internal;
  std::string message;
};

/// The unit that one exposure of a night is.
std::string exposure_unit(std::int64_t visit, int detector);
/// The unit that the prompt database of a night is, where it cannot be used.
constexpr const char* kPromptUnit = "night prompt.sqlite";

/// By unit. Empty where nothing failed.
std::vector<Failure> read_failures(const std::filesystem::path& survey);
/// Note failures, and forget those of `done` units, which have been done since. One writer at a
/// time (the archive's lock).
void update_failures(const std::filesystem::path& survey, const std::vector<Failure>& failed,
                     const std::vector<std::string>& done);

}  // namespace skywright::pipelines
