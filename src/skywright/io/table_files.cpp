#include "skywright/io/table_files.h"

#include <string>

#include "skywright/base/error.h"
#include "skywright/io/detail/fits_file.h"
#include "skywright/io/detail/table_input.h"
#include "skywright/io/fits.h"

namespace skywright::io {
namespace {

enum class Format { fits, parquet, csv };

Format format_of(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  for (const char* ending : {".fits", ".fit", ".fts", ".cat", ".ldac"})
    if (name.ends_with(ending)) return Format::fits;
  if (name.ends_with(".parquet")) return Format::parquet;
  if (name.ends_with(".csv")) return Format::csv;
  throw ConfigError(path.string(), "is no kind of table that is known by its name",
                    "name a .fits, .parquet or .csv file");
}

}  // namespace

table::Table read_fits_table(const std::filesystem::path& path, const HduSelector& hdu) {
  const detail::FitsFile file(path);
  const detail::HduLayout& layout = file.hdus[file.selected(hdu, &detail::is_table)];
  if (!detail::is_table(layout))
    throw InputError(path.string(), "this HDU is no table",
                     "name the HDU, as in file.fits[1]; `skywright fits list` shows them");
  return layout.type == detail::HduType::binary_table
             ? detail::read_binary_table(*file.bytes, layout)
             : detail::read_ascii_table(*file.bytes, layout);
}

table::Table read_table(const std::filesystem::path& path) {
  const HduPath named = parse_hdu_path(path.string());
  switch (format_of(named.path)) {
    case Format::fits:
      return read_fits_table(named.path, named.hdu);
    case Format::parquet:
      return read_parquet(path);
    case Format::csv:
      break;
  }
  return read_csv(path);
}

void check_table_name(const std::filesystem::path& path) {
  if (format_of(path) == Format::fits && path.extension() == ".gz")
    throw ConfigError(path.string(), "tables are not written gzipped", "name a .fits file");
}

void write_table(const std::filesystem::path& path, const table::Table& table) {
  check_table_name(path);
  switch (format_of(path)) {
    case Format::fits: {
      FitsWriter writer(path);
      writer.add_table(table, "CATALOG");
      writer.finish();
      return;
    }
    case Format::parquet:
      return write_parquet(path, table);
    case Format::csv:
      break;
  }
  write_csv(path, table);
}

}  // namespace skywright::io
