#include "skywright/pipelines/stack_files.h"

#include "skywright/base/error.h"
#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::pipelines {

stack::StackGrid grid_of_file(const std::string& image) {
  const io::HduPath path = io::parse_hdu_path(image);
  const io::FitsImage like = io::read_image(path.path, path.hdu);
  const std::optional<wcs::Wcs> wcs = io::wcs_from_header(like.header);
  if (!wcs) throw InputError(image, "has no WCS", "name an image with one");
  return {*wcs, like.pixels.width(), like.pixels.height()};
}

StackSummary stack_files(const StackJob& job, const stack::StackConfig& config,
                         const Execution& execution) {
  check_fields(config);
  std::vector<OpenedImage> opened;
  for (const std::string& name : job.images) {
    execution.check_stop();
    opened.push_back(open_image({.image = name}, execution));
    require_wcs(opened.back());
  }
  GridRequest grid = job.grid;
  if (!job.like.empty()) grid.like = grid_of_file(job.like);
  Stacked done = stack_images(std::move(opened), grid, config, execution);
  write_exposure(job.out, done.coadd);
  return std::move(done.summary);
}

}  // namespace skywright::pipelines
