/* A measurement in C: the flux within a circle, as Skywright's own apNNFlux has it.
 *
 *     cc -O2 -shared -fPIC -I include -o aperture.so aperture.c -lm
 *
 * A pixel on the circle's edge counts by the share of its 10 x 10 parts that lie within.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "skywright_kernel.h"

int32_t skywright_describe(const int32_t* room, char* text) {
  (void)room;
  return (int32_t)strlen(strcpy(text,
                                "interface 1\n"
                                "kind measure\n"
                                "name aperture\n"
                                "version 1.0\n"
                                "parameter radius pixel 5.0 of the circle\n"
                                "result circleFlux flux flux within the circle\n"
                                "result circleFluxErr flux its error by the variance plane\n"
                                "reentrant\n"));
}

/* Share of the pixel at (dx, dy) from the centre that lies within the radius. */
static double covered(double dx, double dy, double radius) {
  const double r = sqrt(dx * dx + dy * dy);
  if (r <= radius - 0.71) return 1.0; /* half a pixel's diagonal */
  if (r >= radius + 0.71) return 0.0;
  int inside = 0;
  for (int j = 0; j < 10; ++j)
    for (int i = 0; i < 10; ++i) {
      const double x = dx + (i + 0.5) / 10 - 0.5;
      const double y = dy + (j + 0.5) / 10 - 0.5;
      inside += x * x + y * y <= radius * radius;
    }
  return inside / 100.0;
}

int32_t skywright_measure(const int32_t* side, const int32_t* count, const int32_t* parameters,
                          const int32_t* results, const double* parameter, const double* position,
                          const double* centre, const float* pixels, const float* variance,
                          const int32_t* mask, const float* psf, double* result,
                          const int32_t* room, char* message) {
  (void)parameters, (void)position, (void)mask, (void)psf;
  const int n = *side;
  const double radius = parameter[0];
  if (!(radius > 0.0 && radius <= n / 2 - 1)) {
    snprintf(message, (size_t)*room, "radius %g does not fit a stamp of side %d", radius, n);
    return 1;
  }
  for (int i = 0; i < *count; ++i) {
    double flux = 0.0, noise = 0.0;
    for (int y = 0; y < n; ++y)
      for (int x = 0; x < n; ++x) {
        const double share = covered(x - centre[2 * i], y - centre[2 * i + 1], radius);
        const int k = (i * n + y) * n + x;
        flux += share * pixels[k];
        noise += share * share * variance[k];
      }
    result[i * *results] = flux;
    result[i * *results + 1] = sqrt(noise);
  }
  return 0;
}
