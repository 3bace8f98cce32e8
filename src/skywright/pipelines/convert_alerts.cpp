#include "skywright/pipelines/convert_alerts.h"

#include "skywright/alerts/avro_binary.h"
#include "skywright/alerts/ztf_packets.h"
#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/filter_alerts.h"

namespace skywright::pipelines {

std::size_t convert_alerts_to_ztf(const std::vector<std::filesystem::path>& files,
                                  const std::optional<std::string>& filter,
                                  const std::filesystem::path& out, const Execution& execution) {
  const alerts::ZtfPackets ztf;
  AlertSieve sieve(filter);
  std::size_t converted = 0;
  io::write_whole_file(out, [&](const io::TakePart& take) {
    alerts::AvroContainerWriter writer(take, ztf.schema_json(), "ztf");
    std::size_t done = 0;
    for (const std::filesystem::path& path : files) {
      execution.check_stop();
      const alerts::AvroBlocks file(io::read_whole_file(path), path.string());
      const KeptPackets kept = sieve.keep(file, Execution(execution.jobs()));
      std::vector<std::string> made(kept.packets.size());
      try {
        Execution(execution.jobs()).for_each(made.size(), [&](std::size_t i) {
          made[i] = ztf.packet(alerts::AvroDecoder(kept.packets[i]).value(file.schema().root()));
        });
      } catch (const InputError& error) {
        throw InputError(path.string(), error.what(), "name files that `skywright night` wrote");
      }
      for (const std::string& packet : made) writer.add(packet);
      converted += made.size();
      execution.report("convert", ++done, files.size());
    }
    writer.finish();
  });
  return converted;
}

}  // namespace skywright::pipelines
