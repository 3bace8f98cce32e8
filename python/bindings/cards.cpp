#include "cards.h"

namespace skywright::python {

namespace nb = nanobind;

namespace {

/// As `str` shows it; lone surrogates, which UTF-8 has no word for, by their numbers.
std::string text_of(nb::handle value) {
  const nb::object shown = nb::steal(PyObject_Str(value.ptr()));
  if (!shown.is_valid()) throw nb::python_error();
  const nb::object bytes =
      nb::steal(PyUnicode_AsEncodedString(shown.ptr(), "utf-8", "backslashreplace"));
  if (!bytes.is_valid()) throw nb::python_error();
  return {PyBytes_AsString(bytes.ptr()), static_cast<std::size_t>(PyBytes_Size(bytes.ptr()))};
}

header::Value value_from(nb::handle value) {
  if (value.is_none()) return std::monostate{};
  if (nb::isinstance<nb::bool_>(value)) return nb::cast<bool>(value);
  if (nb::isinstance<nb::int_>(value)) {
    std::int64_t whole = 0;
    if (nb::try_cast(value, whole)) return whole;
    return PyFloat_AsDouble(value.ptr());  // beyond 64 bits
  }
  if (nb::isinstance<nb::float_>(value)) return nb::cast<double>(value);
  return text_of(value);
}

struct ToPython {
  nb::object operator()(std::monostate) const { return nb::none(); }
  nb::object operator()(bool value) const { return nb::bool_(value); }
  nb::object operator()(std::int64_t value) const { return nb::int_(value); }
  nb::object operator()(double value) const { return nb::float_(value); }
  nb::object operator()(const std::string& value) const {
    return nb::steal(
        PyUnicode_DecodeLatin1(value.data(), static_cast<Py_ssize_t>(value.size()), nullptr));
  }
};

}  // namespace

header::Header header_from(const nb::list& cards) {
  header::Header out;
  for (nb::handle card : cards) {
    const nb::tuple parts = nb::cast<nb::tuple>(card);
    const std::string keyword = text_of(nb::object(parts[0]));
    const std::string comment = text_of(nb::object(parts[2]));
    if (keyword == "COMMENT")
      out.add_comment(text_of(nb::object(parts[1])));
    else if (keyword == "HISTORY")
      out.add_history(text_of(nb::object(parts[1])));
    else if (!keyword.empty())
      out.set(keyword, value_from(nb::object(parts[1])), comment);
  }
  return out;
}

nb::list cards_of(const header::Header& header) {
  nb::list out;
  for (const header::Card& card : header.cards()) {
    const bool text = card.keyword == "COMMENT" || card.keyword == "HISTORY";
    nb::object value = text ? ToPython{}(card.comment) : std::visit(ToPython{}, card.value);
    out.append(nb::make_tuple(card.keyword.c_str(), std::move(value),
                              text ? nb::object(nb::str("")) : ToPython{}(card.comment)));
  }
  return out;
}

}  // namespace skywright::python
