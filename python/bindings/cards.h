/// FITS cards across the border: a list of (keyword, value, comment).
#pragma once

#include <nanobind/nanobind.h>

#include "skywright/header/header.h"

namespace skywright::python {

header::Header header_from(const nanobind::list& cards);
nanobind::list cards_of(const header::Header& header);

}  // namespace skywright::python
