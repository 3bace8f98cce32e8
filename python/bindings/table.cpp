#include "table.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "skywright/base/error.h"
#include "skywright/io/table_files.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using table::Column;
using table::Flags;
using table::Table;
using table::Values;

template <class T>
using Numbers = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// The column's memory, which the table keeps.
struct ColumnToPython {
  nb::handle owner;

  template <class T>
  nb::object operator()(std::vector<T>& values) const {
    return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<1>>(values.data(), {values.size()}, owner));
  }
  nb::object operator()(Flags& flags) const {
    return nb::cast(nb::ndarray<nb::numpy, bool, nb::ndim<1>>(flags.values.data(),
                                                              {flags.values.size()}, owner));
  }
  nb::object operator()(std::vector<std::string>& values) const {
    nb::list out;
    for (const std::string& value : values)
      out.append(nb::steal(PyUnicode_DecodeUTF8(value.data(), static_cast<Py_ssize_t>(value.size()),
                                                "backslashreplace")));
    return out;
  }
};

template <class T>
bool take(nb::handle values, Values& out) {
  Numbers<T> array;
  if (!nb::try_cast(values, array, false)) return false;
  out = std::vector<T>(array.data(), array.data() + array.size());
  return true;
}

Values values_from(nb::handle values, const std::string& name) {
  Values out;
  if (take<double>(values, out) || take<float>(values, out) || take<std::int64_t>(values, out) ||
      take<std::int32_t>(values, out))
    return out;
  Numbers<bool> flags;
  if (nb::try_cast(values, flags, false)) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(flags.data());
    return Flags{{bytes, bytes + flags.size()}};
  }
  std::vector<std::string> texts;
  if (nb::isinstance<nb::list>(values) && nb::try_cast(values, texts)) return texts;
  throw InputError("column " + name,
                   "its values are no contiguous array of float64, float32, int64, int32 or bool, "
                   "nor a list of str",
                   "convert them first");
}

SharedTable table_from(const nb::list& columns, std::map<std::string, std::string> metadata) {
  auto out = std::make_shared<Table>();
  for (nb::handle column : columns) {
    const auto parts = nb::cast<nb::tuple>(column);
    const auto name = nb::cast<std::string>(parts[0]);
    out->add(name, nb::cast<std::string>(parts[1]), nb::cast<std::string>(parts[2]),
             values_from(parts[3], name));
  }
  out->metadata = {metadata.begin(), metadata.end()};
  return out;
}

}  // namespace

void bind_table(nb::module_& m) {
  nb::class_<Table>(m, "Table", "Columns of one length, each with name, unit and description.")
      .def_prop_ro("rows", &Table::rows)
      .def(
          "columns",
          [](const Table& self) {
            nb::list out;
            for (const Column& c : self.columns())
              out.append(nb::make_tuple(c.name.c_str(), c.unit.c_str(), c.description.c_str()));
            return out;
          },
          "(name, unit, description) of each")
      .def(
          "values",
          [](nb::handle_t<Table> self, std::size_t index) {
            Table& table = nb::cast<Table&>(self);
            if (index >= table.columns().size()) throw nb::index_error();
            // The table is the array's owner, and no one else writes into it.
            auto& values = const_cast<Values&>(table.columns()[index].values);
            return std::visit(ColumnToPython{self}, values);
          },
          nb::arg("index"), "of a column: its own memory as an array, texts as a list")
      .def_prop_ro("metadata",
                   [](const Table& self) {
                     nb::dict out;
                     for (const auto& [key, value] : self.metadata) out[key.c_str()] = value;
                     return out;
                   })
      .def("arrow_stream", [](const SharedTable& self) { return arrow_stream_of(self); })
      .def(
          "write",
          [](const Table& self, const std::string& path) {
            const nb::gil_scoped_release others_run;
            io::write_table(path, self);
          },
          nb::arg("path"), "into .fits, .parquet or .csv");
  m.def("table_from", table_from, nb::arg("columns"), nb::arg("metadata"),
        "A table of (name, unit, description, values), which are copied.");
  m.def(
      "read_table",
      [](const std::string& path) {
        const nb::gil_scoped_release others_run;
        return std::make_shared<Table>(io::read_table(path));
      },
      nb::arg("path"), "Of .fits, .parquet or .csv.");
}

}  // namespace skywright::python
