#include "cards.h"

namespace skywright::python {

namespace nb = nanobind;

namespace {

header::Value value_from(nb::handle value) {
  if (value.is_none()) return std::monostate{};
  if (nb::isinstance<nb::bool_>(value)) return nb::cast<bool>(value);
  if (nb::isinstance<nb::int_>(value)) {
    std::int64_t whole = 0;
    if (nb::try_cast(value, whole)) return whole;
    return PyFloat_AsDouble(value.ptr());  // beyond 64 bits
  }
  if (nb::isinstance<nb::float_>(value)) return nb::cast<double>(value);
  return std::string(nb::str(value).c_str());
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
    const std::string keyword = nb::str(parts[0]).c_str();
    const std::string comment = nb::str(parts[2]).c_str();
    if (keyword == "COMMENT")
      out.add_comment(nb::str(parts[1]).c_str());
    else if (keyword == "HISTORY")
      out.add_history(nb::str(parts[1]).c_str());
    else if (!keyword.empty())
      out.set(keyword, value_from(parts[1]), comment);
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
