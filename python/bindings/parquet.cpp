// Parquet by the user's own pyarrow where DuckDB's library is not beside us.
#include <nanobind/nanobind.h>

#include "bindings.h"
#include "skywright/base/error.h"
#include "skywright/io/table_files.h"
#include "table.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using Path = std::filesystem::path;

/// An exception of pyarrow's as an error of ours.
template <class Body>
auto translated(const Path& path, const char* remedy, Body&& body) {
  const nb::gil_scoped_acquire hold;
  try {
    return body(nb::module_::import_("skywright._parquet"));
  } catch (nb::python_error& error) {
    if (error.matches(PyExc_ImportError))
      throw ServiceError("pyarrow", "it cannot be imported, and reads and writes Parquet here",
                         "pip install pyarrow, or name .fits files");
    throw InputError(path.string(), error.what(), remedy);
  }
}

table::Table read(const Path& path) {
  return translated(path, "check the file", [&](const nb::module_& library) {
    return table::Table(nb::cast<const table::Table&>(library.attr("read")(path.c_str())));
  });
}

void write(const Path& path, const table::Table& table) {
  translated(path, "name another file", [&](const nb::module_& library) {
    library.attr("write")(std::make_shared<table::Table>(table), path.c_str());
  });
}

}  // namespace

// The functions hold no Python object: they may outlive the interpreter.
void bind_parquet(nb::module_&) { io::set_other_parquet_library({.read = read, .write = write}); }

}  // namespace skywright::python
