/// How a plain config struct names its fields, once, for every use: TOML, `--set`, help,
/// provenance.
///
///     struct DetectConfig { double threshold = 5.0; int min_area = 5; };
///     void describe(Fields& f, DetectConfig& c) {
///       f.number("threshold", c.threshold, "lowest peak kept [sigma of filtered noise]", {.above =
///       0}); f.whole("min_area", c.min_area, "smallest footprint kept [pixel]", {.low = 1});
///     }
///
/// `check_fields(config)` is then the whole of `validate(config)` where ranges say everything.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skywright {

/// Which values a field may take; bounds not named are open.
struct Range {
  double low = -std::numeric_limits<double>::infinity();    ///< value >= low
  double high = std::numeric_limits<double>::infinity();    ///< value <= high
  double above = -std::numeric_limits<double>::infinity();  ///< value > above
  double below = std::numeric_limits<double>::infinity();   ///< value < below

  [[nodiscard]] bool holds(double value) const;
  [[nodiscard]] bool is_open() const;      ///< every number will do
  [[nodiscard]] std::string text() const;  ///< "must be > 0", "must be in [0, 1]", "any number"
};

/// Visits the fields of a config. One implementation reads TOML, one writes it, one checks ranges.
class Fields {
 public:
  virtual ~Fields() = default;
  virtual void number(std::string_view name, double& value, std::string_view doc,
                      Range range = {}) = 0;
  virtual void whole(std::string_view name, int& value, std::string_view doc, Range range = {}) = 0;
  virtual void flag(std::string_view name, bool& value, std::string_view doc) = 0;
  virtual void text(std::string_view name, std::string& value, std::string_view doc) = 0;
  virtual void numbers(std::string_view name, std::vector<double>& value, std::string_view doc,
                       Range each = {}) = 0;
  virtual void texts(std::string_view name, std::vector<std::string>& value,
                     std::string_view doc) = 0;
  /// A value out of `names`; `index` counts from 0.
  virtual void choice(std::string_view name, int& index, const std::vector<std::string>& names,
                      std::string_view doc) = 0;
  /// A nested struct: its fields are those described between begin and end.
  virtual void begin(std::string_view name, std::string_view doc) = 0;
  virtual void end() = 0;
  /// A list of structs: as many elements as `resize` is asked for, each described by the caller
  /// between `begin_element` and `end`.
  virtual std::size_t begin_list(std::string_view name, std::size_t current,
                                 std::string_view doc) = 0;
  virtual void begin_element(std::size_t index) = 0;
  virtual void end_list() = 0;
  /// Of a list that is empty: whether its element is to be described all the same, for people.
  virtual bool begin_example() { return false; }
  virtual void end_example() {}
};

/// An enum field; the order of `names` is that of the enumerators from 0.
template <class Enum>
void describe_choice(Fields& fields, std::string_view name, Enum& value,
                     const std::vector<std::string>& names, std::string_view doc) {
  int index = static_cast<int>(value);
  fields.choice(name, index, names, doc);
  value = static_cast<Enum>(index);
}

/// A nested config whose `describe` is found by argument-dependent lookup.
template <class T>
void describe_nested(Fields& fields, std::string_view name, T& value, std::string_view doc) {
  fields.begin(name, doc);
  describe(fields, value);
  fields.end();
}

/// A list of structs.
template <class T>
void describe_list(Fields& fields, std::string_view name, std::vector<T>& values,
                   std::string_view doc) {
  values.resize(fields.begin_list(name, values.size(), doc));
  for (std::size_t i = 0; i < values.size(); ++i) {
    fields.begin_element(i);
    describe(fields, values[i]);
    fields.end();
  }
  if (values.empty() && fields.begin_example()) {
    T example{};
    describe(fields, example);
    fields.end_example();
  }
  fields.end_list();
}

/// Checks ranges only; throws ConfigError naming the field, its value and the range.
class RangeCheck final : public Fields {
 public:
  void number(std::string_view name, double& value, std::string_view doc, Range range) override;
  void whole(std::string_view name, int& value, std::string_view doc, Range range) override;
  void flag(std::string_view, bool&, std::string_view) override {}
  void text(std::string_view, std::string&, std::string_view) override {}
  void numbers(std::string_view name, std::vector<double>& value, std::string_view doc,
               Range each) override;
  void texts(std::string_view, std::vector<std::string>&, std::string_view) override {}
  void choice(std::string_view name, int& index, const std::vector<std::string>& names,
              std::string_view doc) override;
  void begin(std::string_view name, std::string_view doc) override;
  void end() override;
  std::size_t begin_list(std::string_view name, std::size_t current, std::string_view doc) override;
  void begin_element(std::size_t index) override;
  void end_list() override;

 private:
  [[nodiscard]] std::string path(std::string_view name) const;
  std::vector<std::string> stack_;
};

/// @throws ConfigError for the first field out of its range
template <class Config>
void check_fields(Config config) {
  RangeCheck check;
  describe(check, config);
}

}  // namespace skywright
