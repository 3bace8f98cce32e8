/// Body of `skywright alerts filter`: alerts of files or surveys that a filter keeps.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/alerts/avro_container.h"
#include "skywright/alerts/filter.h"
#include "skywright/base/execution.h"

namespace skywright::pipelines {

/// Packets of one file that were kept, in its order.
struct KeptPackets {
  std::size_t seen = 0;
  std::vector<std::string> packets;  ///< their bytes
  std::vector<std::int64_t> ids;     ///< diaSourceId, or ZTF's candid; 0 where there is neither
};

/// One filter over many files; compiled anew where the schema is another.
class AlertSieve {
 public:
  /// @param text of the filter; none keeps everything
  /// @throws alerts::FilterError for a text that is no filter for any alerts
  explicit AlertSieve(std::optional<std::string> text) : text_(std::move(text)) {
    if (text_) alerts::check_filter_syntax(*text_);
  }
  /// @throws alerts::FilterError for a text that is none for the file's alerts; InputError
  KeptPackets keep(const alerts::AvroBlocks& file, const Execution& execution);

 private:
  struct Ready {
    std::unique_ptr<alerts::AvroSchema> schema;
    std::optional<alerts::AlertFilter> filter;
    std::optional<alerts::FieldReader> ids;
    bool has_id = false;
  };
  const Ready& ready_for(const alerts::AvroBlocks& file);

  std::optional<std::string> text_;
  std::map<std::string, Ready, std::less<>> ready_;  ///< by the schema's text
};

struct FilteredAlerts {
  std::size_t seen = 0;
  std::vector<std::int64_t> ids;  ///< of those that were kept, in order
  std::size_t files = 0;
  double bytes = 0.0;  ///< that were read
};

/// Copy the alerts that the filter keeps into one container, the bytes of each unchanged.
/// @param out  empty: none is written
/// @throws alerts::FilterError; InputError, also where a file's schema is not that of the first
FilteredAlerts filter_alerts(const std::vector<std::filesystem::path>& files,
                             const std::string& text, const std::filesystem::path& out,
                             const Execution& execution);

}  // namespace skywright::pipelines
