#include "skywright/simulation/sky_catalog.h"

#include "skywright/io/table_files.h"

namespace skywright::simulation {

std::size_t write_sky_catalog(const SkyCatalogRequest& request, const Execution& execution) {
  const sky::SkyModel model(request.config, {}, {}, open_populations(request.config));
  const table::Table table =
      request.content == CatalogContent::reference
          ? model.reference_catalog(request.cone, request.bright_limit, request.faint_limit,
                                    execution)
          : sky::as_table(model.objects(request.cone, request.time, request.band,
                                        sky::SkyContent::everything, execution));
  execution.check_stop();
  io::write_table(request.out, table);
  return table.rows();
}

}  // namespace skywright::simulation
