#include "field_tree.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace skywright::python {

namespace nb = nanobind;

nb::dict FieldTree::add(const char* kind, std::string_view name, std::string_view doc) {
  nb::dict field;
  field["kind"] = kind;
  field["name"] = name;
  field["doc"] = doc;
  levels_.back().append(field);
  return field;
}

void FieldTree::number(std::string_view name, double& value, std::string_view doc, Range range) {
  nb::dict field = add("number", name, doc);
  field["value"] = value;
  field["range"] = range.is_open() ? std::string() : range.text();
}

void FieldTree::whole(std::string_view name, int& value, std::string_view doc, Range range) {
  nb::dict field = add("whole", name, doc);
  field["value"] = value;
  field["range"] = range.is_open() ? std::string() : range.text();
}

void FieldTree::flag(std::string_view name, bool& value, std::string_view doc) {
  add("flag", name, doc)["value"] = value;
}

void FieldTree::text(std::string_view name, std::string& value, std::string_view doc) {
  add("text", name, doc)["value"] = value;
}

void FieldTree::numbers(std::string_view name, std::vector<double>& value, std::string_view doc,
                        Range each) {
  nb::dict field = add("numbers", name, doc);
  field["value"] = value;
  field["range"] = each.is_open() ? std::string() : "each " + each.text();
}

void FieldTree::texts(std::string_view name, std::vector<std::string>& value,
                      std::string_view doc) {
  add("texts", name, doc)["value"] = value;
}

void FieldTree::choice(std::string_view name, int& index, const std::vector<std::string>& names,
                       std::string_view doc) {
  nb::dict field = add("choice", name, doc);
  field["value"] = names.at(static_cast<std::size_t>(index));
  field["names"] = names;
}

void FieldTree::begin(std::string_view name, std::string_view doc) {
  nb::dict field = add("struct", name, doc);
  const nb::list fields;
  field["fields"] = fields;
  levels_.push_back(fields);
}

void FieldTree::end() { levels_.pop_back(); }

std::size_t FieldTree::begin_list(std::string_view name, std::size_t current,
                                  std::string_view doc) {
  nb::dict field = add("list", name, doc);
  const nb::list elements;
  field["elements"] = elements;
  levels_.push_back(elements);
  return current + 1;  // the last one is new, and shows an element's own defaults
}

void FieldTree::begin_element(std::size_t) {
  const nb::list fields;
  levels_.back().append(fields);
  levels_.push_back(fields);
}

void FieldTree::end_list() { levels_.pop_back(); }

}  // namespace skywright::python
