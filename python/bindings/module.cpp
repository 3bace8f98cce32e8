#include "bindings.h"

NB_MODULE(_core, m) {
  namespace python = skywright::python;
  m.doc() = "Skywright's C++ core as the package's Python layer sees it; no interface of its own.";
  python::bind_errors(m);
  python::bind_pixels(m);
  python::bind_table(m);
  python::bind_wcs(m);
  python::bind_psf(m);
  python::bind_exposure(m);
  python::bind_detect(m);
  python::bind_given_image(m);
  python::bind_subtract(m);
  python::bind_solve(m);
  python::bind_stack(m);
  python::bind_detrend(m);
  python::bind_commands(m);
  python::bind_parquet(m);
}
