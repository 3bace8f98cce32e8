/* A user kernel: a function of your own that Skywright loads from a shared library and calls.
 *
 * A library exports two functions: skywright_describe, and the one of its kind: skywright_measure,
 * skywright_psf or skywright_light_curve. This header is for C and C++, where it makes the compiler
 * check them; Fortran declares the same by bind(c) (docs/tutorials/kernel.md).
 *
 *     gfortran -O2 -shared -fPIC -o concentration.so concentration.f90
 *     skywright kernel check concentration.so
 *
 * Rules for all of them:
 * - Every argument is passed by reference, as Fortran does by itself: `*count`, never `count`.
 * - Arrays are contiguous and belong to the caller. In a[count][side][side] the last index runs
 *   fastest; Fortran declares a(side, side, count). What is const is not written to.
 * - Every element of the result is set. What is left unset, or written beyond, is found out and
 *   refused.
 * - A call is about `count` items at once and each result depends on its own item alone: how many
 *   come together is not promised.
 * - Return 0; or another number, and say why in `message`: what the call was for then fails.
 *   Nothing is thrown and no process ended.
 * - A library is called by one thread at a time unless its description says `reentrant`.
 * - The same arguments give the same bytes: no clock, no random numbers, no state from earlier
 * calls.
 *
 * Stability: within one SKYWRIGHT_KERNEL_INTERFACE functions keep their names, arguments and
 * meaning, and words are added to the description.
 */
#ifndef SKYWRIGHT_KERNEL_H
#define SKYWRIGHT_KERNEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SKYWRIGHT_KERNEL_API __attribute__((visibility("default")))
#else
#define SKYWRIGHT_KERNEL_API
#endif

#define SKYWRIGHT_KERNEL_INTERFACE 1

/* Say what the library is: write lines of words into `text` and return how many characters.
 *
 *     interface 1
 *     kind measure                      measure, psf or light_curve
 *     name concentration                letters, digits, _; begins with a letter
 *     version 1.0                       your own; told to people
 *     parameter radius pixel 3.0 of the inner circle       name, unit, default, what it is
 *     result concentration - inner over outer flux         name, unit, what it is
 *     reentrant                         several threads may call at once
 *
 * Unit - is none, and `flux` the image's own (nJy once calibrated). Results are columns of the
 * catalog; only kind measure has any. At most 64 parameters and 64 results.
 * room: characters that `text` holds, 65536. Called once, before all else. */
SKYWRIGHT_KERNEL_API int32_t skywright_describe(const int32_t* room, char* text);

/* Measure sources, each on a square stamp around its centre.
 *
 * side: of the stamps, odd [pixel]; the middle pixel is [side/2][side/2] from zero.
 * parameter[parameters]: the described ones, in their order.
 * position[count][2]: x, y of the centroid on the image, zero-based [pixel].
 * centre[count][2]: the same on the stamp, within 0.5 of its middle pixel [pixel].
 * pixels: background taken off, neighbours taken off, times -1 for negative sources [image unit];
 *   what cannot be used takes the value opposite the centre, or 0.
 * variance: of each pixel's noise, > 0 [image unit^2].
 * mask: 0 for a pixel that may be used; otherwise a sum of 1 (bad, saturated, cosmic ray, no data),
 *   2 (within another source), 4 (off the image).
 * psf: image of a star with the same centre, unit sum.
 * result[count][results]: in the order described. NaN or infinity: could not be measured; the
 *   source's flag column is then set. */
SKYWRIGHT_KERNEL_API int32_t skywright_measure(const int32_t* side, const int32_t* count,
                                               const int32_t* parameters, const int32_t* results,
                                               const double* parameter, const double* position,
                                               const double* centre, const float* pixels,
                                               const float* variance, const int32_t* mask,
                                               const float* psf, double* result,
                                               const int32_t* room, char* message);

/* The image of a point source, at places of the field.
 *
 * side: of the images, odd [pixel]; the source is centred on the middle pixel.
 * parameter[parameters]: the described ones, in their order.
 * field[2]: width and height of the detector's image [pixel].
 * position[count][2]: x, y on it, zero-based [pixel].
 * result[count][side][side]: light that falls into each pixel, finite, any positive sum. */
SKYWRIGHT_KERNEL_API int32_t skywright_psf(const int32_t* side, const int32_t* count,
                                           const int32_t* parameters, const double* parameter,
                                           const double* field, const double* position,
                                           double* result, const int32_t* room, char* message);

/* How bright things that change are, each at one time in one filter.
 *
 * parameter[parameters]: the described ones, in their order.
 * time[count]: since the object's epoch, by the observer's clock [day]; for a star
 *   since MJD 51544.5 TAI.
 * wavelength[count]: effective wavelength of the filter [nm].
 * redshift[count]: of the host; 0 for a star.
 * base[count]: distance modulus of the host, or the star's mean magnitude in this filter [AB mag].
 * lot[count][4]: four numbers in [0, 1) that belong to the object: the same at every call.
 * result[count]: apparent magnitude [AB]; infinity for no light, never NaN. */
SKYWRIGHT_KERNEL_API int32_t skywright_light_curve(const int32_t* count, const int32_t* parameters,
                                                   const double* parameter, const double* time,
                                                   const double* wavelength, const double* redshift,
                                                   const double* base, const double* lot,
                                                   double* result, const int32_t* room,
                                                   char* message);

#ifdef __cplusplus
}
#endif

#endif
