/// Bodies of `skywright alerts show` and `alerts filter`: any Avro container of alerts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/pipelines/alert_conditions.h"

namespace skywright::pipelines {

struct ShownAlerts {
  std::size_t alerts = 0;
  std::string text;  ///< one line an alert, or the whole of the one asked for
  std::string json;  ///< {"alerts": N, "records": [...]}
};

/// @param index only this alert, from 0; empty for a line each
/// @throws InputError for a file that is no Avro container, or an index past the end
ShownAlerts show_alerts(const std::filesystem::path& file, std::optional<std::size_t> index);

/// A picture (PNG) of the science, template and difference cutouts of one alert, of ours or of ZTF.
/// @throws InputError where it carries none; StorageError
void plot_alert(const std::filesystem::path& file, std::size_t index,
                const std::filesystem::path& png);

struct FilteredAlerts {
  std::size_t kept = 0;
  std::size_t seen = 0;
};

/// Copy the alerts that meet all conditions into one container, bytes of each unchanged.
/// @throws ConfigError for a condition that the file's schema gives no meaning; InputError
FilteredAlerts filter_alerts(const std::filesystem::path& file,
                             const std::vector<AlertCondition>& conditions,
                             const std::filesystem::path& out);

}  // namespace skywright::pipelines
