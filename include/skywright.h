/* Skywright for every language that can call C: images, detection, subtraction, ephemeris,
 * planning.
 *
 *     sw_image image = {sizeof image, width, height, width, pixels, NULL, NULL};
 *     sw_table* sources = NULL;
 *     if (sw_detect(&image, NULL, &sources) != SW_OK) puts(sw_message());
 *     const double* x = sw_table_data(sources, sw_table_find(sources, "x"));
 *     sw_table_free(sources);
 *
 * Every function that can fail returns an sw_status, which is the program's exit code; nothing is
 * thrown across, and nothing is made where it fails. What a function hands over is the caller's to
 * free. Functions may be called from any thread; a table is read by many or freed by one.
 *
 * Stability: within one SW_ABI_VERSION functions keep their names, arguments and meaning, structs
 * grow at their end alone (`size` says how much of one the caller knows), and functions are added.
 */
#ifndef SKYWRIGHT_H
#define SKYWRIGHT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SW_API __attribute__((visibility("default")))
#else
#define SW_API
#endif

#define SW_ABI_VERSION 1

/* The version that the library has; compare it with SW_ABI_VERSION. */
SW_API int32_t sw_abi_version(void);
/* Of the program, "0.1.0". */
SW_API const char* sw_version(void);

/* What a function returns. */
enum {
  SW_OK = 0,
  SW_INTERNAL = 1,  /* an error of ours, or no memory */
  SW_USAGE = 2,     /* a wrong argument, setting, unit or range */
  SW_PARTIAL = 3,   /* stopped, or some of the work could not be done */
  SW_BAD_INPUT = 4, /* data that cannot be used */
  SW_STORAGE = 5,   /* a place that cannot be written */
  SW_SERVICE = 6    /* something it depends on is away */
};
typedef int32_t sw_status;

/* Problem, reason and remedy of this thread's last failure, UTF-8; valid until its next call. */
SW_API const char* sw_message(void);

/* Pixels that stay the caller's and are not changed. Pixel (x, y), from zero, is pixels[y * stride
 * + x]; the other planes have the same strides. */
typedef struct sw_image {
  size_t size;           /* sizeof(sw_image) */
  int64_t width, height; /* 1 to 1048576 */
  int64_t stride;        /* >= width */
  const float* pixels;   /* what is not finite does not count */
  const float* variance; /* [pixel unit^2]; NULL: measured */
  const uint32_t* mask;  /* bits as in FITS files of the program; NULL: none */
} sw_image;

/* How a call is to run; NULL in its place stands for zeros. */
typedef struct sw_options {
  size_t size;          /* sizeof(sw_options) */
  int32_t jobs;         /* threads; 0: all of the machine */
  const char* settings; /* TOML, as the command's --config takes it; NULL: the defaults */
  /* Called from threads of the library, one at a time; other than 0 stops the work. NULL: none. */
  int32_t (*progress)(void* user, const char* activity, uint64_t done, uint64_t total);
  void* user;
} sw_options;

/* ---- tables ---- */

/* Columns of one length, each with a name and a unit; made by a function and freed by the caller.
 */
typedef struct sw_table sw_table;

/* Types of a column's values. */
enum { SW_FLOAT64 = 0, SW_FLOAT32 = 1, SW_INT64 = 2, SW_INT32 = 3, SW_FLAG = 4, SW_TEXT = 5 };

/* How many there are; 0 of NULL. */
SW_API int64_t sw_table_rows(const sw_table* table);
SW_API int64_t sw_table_columns(const sw_table* table);
/* The column of this name, -1 where there is none. */
SW_API int64_t sw_table_find(const sw_table* table, const char* name);
/* Of a column; NULL or -1 where there is no such column. */
SW_API const char* sw_table_name(const sw_table* table, int64_t column);
SW_API const char* sw_table_unit(const sw_table* table, int64_t column);
SW_API int32_t sw_table_type(const sw_table* table, int64_t column);
/* The column's values, one a row (a flag is a byte of 0 or 1), valid as long as the table; NULL for
 * texts. */
SW_API const void* sw_table_data(const sw_table* table, int64_t column);
/* A text of a column of texts; NULL where there is none. */
SW_API const char* sw_table_text(const sw_table* table, int64_t column, int64_t row);
/* A table from a file, or into one: .fits, .parquet or .csv, by its name. */
SW_API sw_status sw_table_read(const char* path, sw_table** table);
SW_API sw_status sw_table_write(const sw_table* table, const char* path);
/* Ends a table and all that was lent of it; NULL is none. */
SW_API void sw_table_free(sw_table* table);

/* ---- images ---- */

/* The sources of an image, a row each: `skywright detect`, whose settings it takes. */
SW_API sw_status sw_detect(const sw_image* image, const sw_options* options, sw_table** sources);

/* What changed between two images of one size and grid: `skywright subtract`, whose settings it
 * takes. difference, score: width * height pixels of the caller's, written row by row; each may be
 * NULL. */
SW_API sw_status sw_subtract(const sw_image* science, const sw_image* reference,
                             const sw_options* options, sw_table** sources, float* difference,
                             float* score);

/* ---- ephemeris ---- */

/* A place on the Earth, geodetic on WGS84. */
typedef struct sw_site {
  size_t size;          /* sizeof(sw_site) */
  double latitude_deg;  /* north positive */
  double longitude_deg; /* east positive */
  double height_m;
} sw_site;

/* Azimuth (from north through east) and altitude [deg] of count places (ICRS) [deg], no refraction.
 * @param mjd_tai the instant, 1960 and later */
SW_API sw_status sw_horizontal(const sw_site* site, double mjd_tai, size_t count,
                               const double* ra_deg, const double* dec_deg, double* azimuth_deg,
                               double* altitude_deg);

/* Astrometric places (ICRS) [deg] of the Sun and then the Moon, seen from the site. */
SW_API sw_status sw_sun_moon(const sw_site* site, double mjd_tai, double ra_deg[2],
                             double dec_deg[2]);

/* ---- planning, and every other command ---- */

/* Run a command of the program as `skywright COMMAND` would, files and all; `plan` is one.
 * @param names, values  count options, "--nights" and "30", or an argument's name and value; a name
 * may come again, and a switch has the value NULL
 * @param json           the object of --json, for sw_text_free, there for SW_OK and SW_PARTIAL; may
 * be NULL */
SW_API sw_status sw_run(const char* command, size_t count, const char* const* names,
                        const char* const* values, const sw_options* options, char** json);
/* Frees a text that a function handed over; NULL is none. */
SW_API void sw_text_free(char* text);

#ifdef __cplusplus
}
#endif

#endif
