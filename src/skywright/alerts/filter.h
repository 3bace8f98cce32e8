/// Filters: a text that says which alerts to keep, compiled once against a schema.
///
///     const AlertFilter filter("diaSource.snr > 10 and count(prvDiaSources) >= 3", schema);
///     AlertFilter::Memory memory;                       // one a thread
///     const auto judged = filter.judge(bytes, memory);  // judged.keep, judged.size
///
/// The grammar and the meaning of null stand in docs/guides/alerts.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "skywright/alerts/avro_schema.h"
#include "skywright/alerts/field_reader.h"
#include "skywright/base/error.h"

namespace skywright::alerts {

/// A text that is no filter, or none for these alerts.
class FilterError : public ConfigError {
 public:
  FilterError(std::string_view problem, std::string_view reason, std::string_view remedy,
              std::string picture)
      : ConfigError(problem, reason, remedy), picture_(std::move(picture)) {}
  /// The line of the text, and carets under the place.
  [[nodiscard]] const std::string& picture() const { return picture_; }

 private:
  std::string picture_;
};

/// Whether a text could be a filter at all, before any alert is there.
/// @throws FilterError
void check_filter_syntax(std::string_view text);

namespace detail {
struct FilterProgram;
}

class AlertFilter {
 public:
  /// @param schema must live as long as this
  /// @throws FilterError
  AlertFilter(std::string_view text, const AvroSchema& schema);
  ~AlertFilter();
  AlertFilter(AlertFilter&&) noexcept;
  AlertFilter& operator=(AlertFilter&&) noexcept;

  /// What one thread needs, kept from packet to packet.
  struct Memory {
    PacketFields fields;
    std::vector<FieldValue> stack;
  };
  struct Judged {
    bool keep = false;     ///< the expression is true: neither false nor unknown
    std::size_t size = 0;  ///< how many of the bytes the packet takes
  };
  /// Judge the packet at the front of the bytes.
  /// @throws InputError for bytes that end early or make no sense
  Judged judge(std::string_view bytes, Memory& memory) const;

 private:
  std::unique_ptr<const detail::FilterProgram> program_;
};

}  // namespace skywright::alerts
