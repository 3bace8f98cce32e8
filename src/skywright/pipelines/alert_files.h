/// Bodies of `skywright alerts show`: any Avro container of alerts.
#pragma once

#include <cstdint>
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

/// Which alert of a file; none: all, or the first where one is asked for.
struct AlertChoice {
  std::optional<std::int64_t> id = {};    ///< diaSourceId, or ZTF's candid
  std::optional<std::size_t> index = {};  ///< from 0
};

/// One line an alert, or every field of the one that is chosen.
/// @throws InputError for a file that is no Avro container, or an alert that it does not hold
ShownAlerts show_alerts(const std::filesystem::path& file, const AlertChoice& choice);

/// A page of one alert, in HTML. @throws InputError, StorageError
void write_alert_page(const std::filesystem::path& file, const AlertChoice& choice,
                      const std::filesystem::path& html);

/// A picture (PNG) of the science, template and difference cutouts of one alert, of ours or of ZTF.
/// @throws InputError where it carries none; StorageError
void plot_alert(const std::filesystem::path& file, const AlertChoice& choice,
                const std::filesystem::path& png);

}  // namespace skywright::pipelines
