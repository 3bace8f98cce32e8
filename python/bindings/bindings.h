/// What each file of the bindings adds to the module `skywright._core`.
#pragma once

#include <nanobind/nanobind.h>

namespace skywright::python {

void bind_errors(nanobind::module_& m);
void bind_pixels(nanobind::module_& m);
void bind_table(nanobind::module_& m);
void bind_wcs(nanobind::module_& m);
void bind_psf(nanobind::module_& m);
void bind_exposure(nanobind::module_& m);
void bind_detect(nanobind::module_& m);
void bind_given_image(nanobind::module_& m);
void bind_subtract(nanobind::module_& m);
void bind_solve(nanobind::module_& m);
void bind_stack(nanobind::module_& m);
void bind_detrend(nanobind::module_& m);
void bind_commands(nanobind::module_& m);
void bind_parquet(nanobind::module_& m);

}  // namespace skywright::python
