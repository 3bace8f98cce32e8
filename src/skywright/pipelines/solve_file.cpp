#include "skywright/pipelines/solve_file.h"

#include "skywright/io/fits.h"
#include "skywright/io/table_files.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::pipelines {

void write_solved(const std::filesystem::path& path, const AnyImage& image) {
  const Exposure& exposure = image.exposure;
  if (!image.is_plain) {
    write_exposure(path, exposure);
    return;
  }
  header::Header header = exposure.header;
  if (exposure.wcs) io::set_wcs(header, *exposure.wcs);
  io::write_image(path, exposure.image.pixels.view(), header);
}

SolvedImage solve_file(const SolveFileRequest& request, const SolveImageConfig& config,
                       const Execution& execution) {
  check_fields(config);
  AnyImage any = read_any_image(request.image);
  const table::Table reference = io::read_table(request.reference);
  table::Table catalog;
  SolveOptions options{.band = request.band, .pointing = request.pointing};
  if (!request.catalog.empty()) {
    catalog = io::read_table(request.catalog);
    options.catalog = &catalog;
  }
  SolvedImage solved = solve_image({.name = request.image,
                                    .pixels = any.view(),
                                    .header = &any.exposure.header,
                                    .wcs = any.exposure.wcs ? &*any.exposure.wcs : nullptr},
                                   reference, options, config, execution);
  if (!request.out.empty()) {
    take_solution(any.exposure, solved);
    write_solved(request.out, any);
  }
  return solved;
}

}  // namespace skywright::pipelines
