/// Where alerts come from: files, folders of files, or the alerts of a survey.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace skywright::pipelines {

/// A file stands for itself, a survey directory for the alerts that it last published, by visit and
/// detector, any other folder for the .avro files beneath it, in order of their names.
/// @throws InputError for what is not there, or a folder without alerts
std::vector<std::filesystem::path> alert_inputs(const std::vector<std::string>& named);

/// A filter's text as given on a command line: itself, or the content of FILE where it is @FILE.
/// @throws InputError where the file cannot be read
std::string filter_text(const std::string& given);

}  // namespace skywright::pipelines
