/// TOML text to config structs and back; unknown keys are refused, nothing is opened.
///
///     DetectConfig c;
///     config::read_toml(c, text, "detect.toml");       // keys that are missing keep their
///     defaults config::apply_setting(c, "threshold=7"); std::string provenance =
///     config::to_toml(c);
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/fields.h"

namespace skywright::config {

/// A Fields visitor that reads values from parsed TOML. `finish` refuses what no field asked for.
class TomlReader final : public Fields {
 public:
  /// @param origin the file's name, for messages
  /// @throws ConfigError with line and column for text that is not TOML
  TomlReader(std::string_view text, std::string_view origin);
  ~TomlReader() override;

  void number(std::string_view name, double& value, std::string_view doc, Range range) override;
  void whole(std::string_view name, int& value, std::string_view doc, Range range) override;
  void flag(std::string_view name, bool& value, std::string_view doc) override;
  void text(std::string_view name, std::string& value, std::string_view doc) override;
  void numbers(std::string_view name, std::vector<double>& value, std::string_view doc,
               Range each) override;
  void texts(std::string_view name, std::vector<std::string>& value, std::string_view doc) override;
  void choice(std::string_view name, int& index, const std::vector<std::string>& names,
              std::string_view doc) override;
  void begin(std::string_view name, std::string_view doc) override;
  void end() override;
  std::size_t begin_list(std::string_view name, std::size_t current, std::string_view doc) override;
  void begin_element(std::size_t index) override;
  void end_list() override;

  /// @throws ConfigError naming the first key that no field asked for, and those that exist there
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A Fields visitor that writes TOML, on request with each field's description, unit and range as a
/// comment, and with what the element of an empty list would hold.
class TomlWriter final : public Fields {
 public:
  enum class Comments { none, descriptions };
  explicit TomlWriter(Comments comments) : comments_(comments) {}

  void number(std::string_view name, double& value, std::string_view doc, Range range) override;
  void whole(std::string_view name, int& value, std::string_view doc, Range range) override;
  void flag(std::string_view name, bool& value, std::string_view doc) override;
  void text(std::string_view name, std::string& value, std::string_view doc) override;
  void numbers(std::string_view name, std::vector<double>& value, std::string_view doc,
               Range each) override;
  void texts(std::string_view name, std::vector<std::string>& value, std::string_view doc) override;
  void choice(std::string_view name, int& index, const std::vector<std::string>& names,
              std::string_view doc) override;
  void begin(std::string_view name, std::string_view doc) override;
  void end() override;
  std::size_t begin_list(std::string_view name, std::size_t current, std::string_view doc) override;
  void begin_element(std::size_t index) override;
  void end_list() override;
  bool begin_example() override;
  void end_example() override;

  [[nodiscard]] std::string text() const;

 private:
  struct Level {
    std::string path;
    std::string body;   ///< this table's own keys
    std::string later;  ///< the tables below it, which TOML wants after the keys
  };
  void line(std::string_view name, const std::string& value, std::string_view doc,
            const Range& range = {});
  Comments comments_;
  std::vector<Level> levels_ = {Level{}};
};

/// Set fields from TOML text; those not named keep their values. Ranges are checked.
template <class Config>
void read_toml(Config& config, std::string_view text, std::string_view origin) {
  TomlReader reader(text, origin);
  describe(reader, config);
  reader.finish();
  check_fields(config);
}

/// "key.sub=value", the value as TOML writes it; bare words are taken as text.
std::string setting_as_toml(std::string_view setting);

template <class Config>
void apply_setting(Config& config, std::string_view setting) {
  read_toml(config, setting_as_toml(setting), "--set " + std::string(setting));
}

/// The same config always gives the same text.
template <class Config>
std::string to_toml(Config config, TomlWriter::Comments comments = TomlWriter::Comments::none) {
  TomlWriter writer(comments);
  describe(writer, config);
  return writer.text();
}

}  // namespace skywright::config
