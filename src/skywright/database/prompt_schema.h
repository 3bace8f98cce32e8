/// Tables and columns of the prompt database, under the deployed names of the LSST (sdm_schemas).
///
/// Fluxes nJy, angles degrees ICRS, times MJD TAI, moments arcsec^2. `_healpix_29` is the HEALPix
/// pixel of (ra, dec), NESTED, order 29. What a column means stands in the text of its CREATE
/// TABLE, or in the alerts' schema, which has the same names.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skywright::database {

enum class ColumnKind : std::uint8_t { whole, real, text };

struct ColumnSpec {
  std::string_view name;
  ColumnKind kind = ColumnKind::real;
  std::string_view unit = {};
  std::string_view description = {};  ///< of columns that the alerts' schema does not describe
};

struct TableSpec {
  std::string_view name;
  std::string_view key;  ///< the primary key's column, or two joined by a comma
  std::vector<ColumnSpec> columns;
  std::vector<std::string_view> indices;  ///< columns of each further index
};

/// HEALPix index of order 29, by which places are found.
inline constexpr std::string_view kHealpixColumn = "_healpix_29";

/// Visit, VisitDetector, DiaSource, DiaObject, DiaForcedSource, SSSource, SSObject.
std::span<const TableSpec> prompt_tables();
const TableSpec& prompt_table(std::string_view name);

/// Whether its rows have a place on the sky, and so `_healpix_29`.
bool has_place(const TableSpec& table);
/// The names in "a,b".
std::vector<std::string_view> listed_names(std::string_view names);

/// For SQLite: CREATE TABLE and CREATE INDEX, each only where it is not there yet.
std::string creation_sql(const TableSpec& table);
/// "SELECT ... FROM table" of all columns but the HEALPix key, in their order.
std::string selection_sql(const TableSpec& table);

}  // namespace skywright::database
