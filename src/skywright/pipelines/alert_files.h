/// Bodies of `skywright alerts show`: any Avro container of alerts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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

}  // namespace skywright::pipelines
