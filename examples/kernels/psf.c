/* A PSF in C: a Moffat profile whose ellipticity grows from the middle of the field outward.
 *
 *     cc -O2 -shared -fPIC -I include -o psf.so psf.c -lm
 */
#include <math.h>
#include <string.h>

#include "skywright_kernel.h"

enum { FINE = 5 }; /* parts of a pixel along each axis */

int32_t skywright_describe(const int32_t* room, char* text) {
  (void)room;
  return (int32_t)strlen(
      strcpy(text,
             "interface 1\n"
             "kind psf\n"
             "name moffat\n"
             "version 1.0\n"
             "parameter fwhm pixel 3.5 full width at half maximum along the minor axis\n"
             "parameter beta - 3.0 how steeply the wings fall\n"
             "parameter stretch - 0.1 major over minor axis at the corners, less 1; radial\n"
             "reentrant\n"));
}

int32_t skywright_psf(const int32_t* side, const int32_t* count, const int32_t* parameters,
                      const double* parameter, const double* field, const double* position,
                      double* result, const int32_t* room, char* message) {
  (void)parameters;
  const double fwhm = parameter[0], beta = parameter[1], stretch = parameter[2];
  const double alpha = 0.5 * fwhm / sqrt(pow(2.0, 1.0 / beta) - 1.0);
  if (!(fwhm > 0.0 && beta > 1.0 && stretch > -1.0)) {
    strncpy(message, "fwhm > 0, beta > 1 and stretch > -1 are needed", (size_t)*room);
    return 1;
  }
  const int half = *side / 2;
  for (int i = 0; i < *count; ++i) {
    /* From the field's middle, 1 at its corners. */
    const double u = (position[2 * i] - 0.5 * (field[0] - 1)) / hypot(0.5 * field[0], 0.5 * field[1]);
    const double v =
        (position[2 * i + 1] - 0.5 * (field[1] - 1)) / hypot(0.5 * field[0], 0.5 * field[1]);
    const double r = hypot(u, v);
    const double cosine = r > 0.0 ? u / r : 1.0, sine = r > 0.0 ? v / r : 0.0;
    const double longer = 1.0 + stretch * r * r;
    for (int y = -half; y <= half; ++y)
      for (int x = -half; x <= half; ++x) {
        double sum = 0.0;
        for (int b = 0; b < FINE; ++b)
          for (int a = 0; a < FINE; ++a) {
            const double px = x + (a + 0.5) / FINE - 0.5, py = y + (b + 0.5) / FINE - 0.5;
            const double along = (px * cosine + py * sine) / longer;
            const double across = py * cosine - px * sine;
            sum += pow(1.0 + (along * along + across * across) / (alpha * alpha), -beta);
          }
        *result++ = sum / (FINE * FINE);
      }
  }
  return 0;
}
