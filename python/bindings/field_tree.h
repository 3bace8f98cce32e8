/// The settings of a command as nested Python lists and dicts: what its dataclasses are made from.
#pragma once

#include <vector>

#include <nanobind/nanobind.h>

#include "skywright/base/fields.h"

namespace skywright::python {

/// Each field is a dict: kind (number, whole, flag, text, numbers, texts, choice, struct, list),
/// name, doc, and value, range, names or fields by its kind. A list has a description of its
/// element with the element's own defaults, and the values of those that it holds.
class FieldTree final : public Fields {
 public:
  FieldTree() : levels_{nanobind::list()} {}

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

  [[nodiscard]] nanobind::list fields() const { return levels_.front(); }

 private:
  nanobind::dict add(const char* kind, std::string_view name, std::string_view doc);
  std::vector<nanobind::list> levels_;  ///< the list that fields go into, innermost last
};

}  // namespace skywright::python
