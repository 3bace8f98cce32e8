"""User kernels compiled for tests: the examples, and wrong ones made of a few lines of C."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "kernels"

# A measurement that does as it is told by the macros.
MEASURE = r"""
#include "skywright_kernel.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifndef DESCRIPTION
#define DESCRIPTION "interface 1\nkind measure\nname probe\nresult value - a number\nreentrant\n"
#endif
#ifndef BODY
#define BODY result[i] = pixels[(i * *side + *side / 2) * *side + *side / 2];
#endif
#ifndef AFTER
#define AFTER
#endif
int32_t skywright_describe(const int32_t* room, char* text) {
  (void)room;
  return (int32_t)strlen(strcpy(text, DESCRIPTION));
}
int32_t skywright_measure(const int32_t* side, const int32_t* count, const int32_t* parameters,
                          const int32_t* results, const double* parameter, const double* position,
                          const double* centre, const float* pixels, const float* variance,
                          const int32_t* mask, const float* psf, double* result, const int32_t* room,
                          char* message) {
  for (int i = 0; i < *count; ++i) { BODY }
  AFTER
  return 0;
}
"""


def compiler(name):
    found = shutil.which(name)
    assert found, f"{name} is missing: run ./bootstrap"
    return found


def built(source, out, *flags):
    """A shared library of a source file, by the compiler of its language."""
    source = Path(source)
    if source.suffix == ".f90":
        command = [compiler("gfortran"), "-O2", "-J", out.parent]
    else:
        command = [compiler("cc"), "-std=c99", "-D_GNU_SOURCE", "-O1", "-I", ROOT / "include"]
    subprocess.run([*command, "-shared", "-fPIC", "-o", out, source, *flags, "-lm"], check=True, timeout=60)
    return out


def examples(folder):
    """{stem: library} of examples/kernels."""
    sources = sorted([*EXAMPLES.glob("*.c"), *EXAMPLES.glob("*.f90")])
    assert len(sources) == 4
    return {source.stem: built(source, folder / f"{source.stem}.so") for source in sources}


def probe(folder, name, *flags, **macros):
    """A measurement that goes wrong as BODY, AFTER or DESCRIPTION say."""
    source = folder / "probe.c"
    source.write_text(MEASURE)
    return built(source, folder / f"{name}.so", *flags,
                 *(f"-D{key}={value}" for key, value in macros.items()))  # fmt: skip
