/// Tables as the bindings hold them: shared with the arrays that look into them.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>
#include <nanobind/stl/shared_ptr.h>

#include "skywright/table/table.h"

namespace skywright::python {

using SharedTable = std::shared_ptr<table::Table>;

/// A table as an Arrow stream of one batch, in a capsule called "arrow_array_stream". Numbers are
/// lent; flags and texts, whose form in Arrow is another, are copied.
/// The Arrow C stream and data interfaces: arrow.apache.org/docs/format/CStreamInterface.html
nanobind::capsule arrow_stream_of(SharedTable table);

}  // namespace skywright::python
