#include "skywright/pipelines/filter_alerts.h"

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/base/hash.h"
#include "skywright/io/atomic_file.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using alerts::AvroBlocks;

const std::string& schema_text(const AvroBlocks& file) { return file.metadata().at("avro.schema"); }

}  // namespace

const AlertSieve::Ready& AlertSieve::ready_for(const AvroBlocks& file) {
  const std::string& text = schema_text(file);
  if (const auto it = ready_.find(text); it != ready_.end()) return it->second;
  Ready made;
  made.schema = std::make_unique<alerts::AvroSchema>(text);
  if (text_) made.filter.emplace(*text_, *made.schema);
  made.ids.emplace(made.schema->root());
  for (const std::string name : {"diaSourceId", "candid"})
    if (!made.has_id && !alerts::types_at(made.schema->root(), name).empty()) {
      made.ids->want(name);
      made.has_id = true;
    }
  made.ids->prepare();
  return ready_.emplace(text, std::move(made)).first->second;
}

KeptPackets AlertSieve::keep(const AvroBlocks& file, const Execution& execution) {
  const Ready& ready = ready_for(file);
  std::vector<KeptPackets> blocks(file.size());
  const auto sift = [&](std::size_t b) {
    std::string room;
    const std::string_view bytes = file.bytes(b, room);
    alerts::AlertFilter::Memory memory;
    alerts::PacketFields id;
    std::size_t at = 0;
    for (std::size_t i = 0; i < file.records(b); ++i) {
      const std::string_view left = bytes.substr(at);
      alerts::AlertFilter::Judged judged{.keep = true, .size = 0};
      if (ready.filter) judged = ready.filter->judge(left, memory);
      if (judged.keep) {
        judged.size = ready.ids->read(left, id);
        blocks[b].packets.emplace_back(left.substr(0, judged.size));
        blocks[b].ids.push_back(ready.has_id ? id.values[0].whole : 0);
      }
      at += judged.size;
    }
    if (at != bytes.size())
      throw InputError("a block", "holds more than its records", "the file is damaged");
    blocks[b].seen = file.records(b);
  };
  try {
    execution.for_each(file.size(), sift);
  } catch (const InputError& error) {
    throw InputError(file.name(), error.what(), "fetch the file again");
  }
  KeptPackets all;
  for (KeptPackets& block : blocks) {
    all.seen += block.seen;
    std::move(block.packets.begin(), block.packets.end(), std::back_inserter(all.packets));
    all.ids.insert(all.ids.end(), block.ids.begin(), block.ids.end());
  }
  return all;
}

FilteredAlerts filter_alerts(const std::vector<fs::path>& files, const std::string& text,
                             const fs::path& out, const Execution& execution) {
  FilteredAlerts result;
  AlertSieve sieve(text);
  std::optional<alerts::AvroContainerWriter> writer;
  std::string first_schema;
  const auto all_files = [&](const io::TakePart& take) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      execution.check_stop();
      const AvroBlocks file(io::read_whole_file(files[i]), files[i].string());
      if (first_schema.empty()) {
        first_schema = schema_text(file);
        if (take)
          writer.emplace(take, first_schema, fmt::format("filter {:016x}", text_hash(text)),
                         file.codec());
      } else if (take && schema_text(file) != first_schema) {
        throw InputError(files[i].string(),
                         "its alerts are of another schema than those of " + files[0].string(),
                         "filter them into a file of their own");
      }
      const KeptPackets kept = sieve.keep(file, execution);
      if (writer)
        for (const std::string& packet : kept.packets) writer->add(packet);
      result.seen += kept.seen;
      result.ids.insert(result.ids.end(), kept.ids.begin(), kept.ids.end());
      result.bytes += static_cast<double>(fs::file_size(files[i]));
      ++result.files;
      execution.report("filter", result.files, files.size());
    }
    if (writer) writer->finish();
  };
  if (out.empty())
    all_files({});
  else
    io::write_whole_file(out, all_files);
  return result;
}

}  // namespace skywright::pipelines
