#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/open_data.h"
#include "skywright/sphere/healpix.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;

std::size_t write_partitioned(const table::Table& table, const fs::path& folder, int order) {
  const auto numbers = [&](const char* name) {
    return table.rows() == 0 ? std::vector<double>{} : table.numbers(name);
  };
  const auto ra = numbers("ra");
  const auto dec = numbers("dec");
  std::vector<std::int64_t> pixel(ra.size());
  sphere::healpix::pixels_at(ra, dec, sphere::healpix::kMaxOrder, pixel);
  std::vector<std::size_t> rows(ra.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::erase_if(rows, [&](std::size_t r) { return pixel[r] < 0; });
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return pixel[a] < pixel[b]; });
  std::map<std::int64_t, std::vector<std::size_t>> parts;
  for (const std::size_t r : rows)
    parts[sphere::healpix::ancestor(pixel[r], sphere::healpix::kMaxOrder, order)].push_back(r);

  const fs::path level = folder / fmt::format("Norder={}", order);
  std::error_code error;
  fs::create_directories(level, error);
  if (error) throw StorageError(level.string(), error.message(), "free space or its permissions");
  std::set<fs::path> written;
  for (const auto& [part, members] : parts) {
    table::Table piece = table.selected(members);
    std::vector<std::int64_t> keys;
    for (const std::size_t r : members) keys.push_back(pixel[r]);
    if (!piece.contains("_healpix_29"))
      piece.add("_healpix_29", "", "HEALPix pixel, NESTED, order 29", std::move(keys));
    const fs::path file = level / fmt::format("Npix={}.parquet", part);
    io::write_parquet(file, piece);
    written.insert(file);
  }
  for (const auto& entry : fs::directory_iterator(level)) {
    if (!written.contains(entry.path())) fs::remove(entry.path());
  }
  return rows.size();
}

}  // namespace skywright::pipelines
