// libFuzzer target: any text as a filter over our schema, any bytes as a container under a filter.
// Whatever comes, it is refused by an exception of ours or it is taken: never a crash, never
// without end.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "skywright/alerts/avro_container.h"
#include "skywright/alerts/filter.h"
#include "skywright/base/error.h"

namespace {

using namespace skywright;
using alerts::AlertFilter;

void judge_all(const alerts::AvroBlocks& file, const AlertFilter& filter) {
  AlertFilter::Memory memory;
  for (std::size_t block = 0; block < file.size(); ++block) {
    std::string room;
    std::string_view left = file.bytes(block, room);
    for (std::size_t i = 0; i < file.records(block); ++i)
      left.remove_prefix(filter.judge(left, memory).size);
  }
}

void container(std::string_view bytes) {
  const alerts::AvroBlocks file{std::string(bytes), "fuzz"};
  for (const char* text :
       {"true", "max(prvDiaSources.psfFlux) > 3 or diaSource.band = 'r'",
        "count(prv_candidates, magpsf < 20) > 1 and cone(1, 2, 3)", "snr > 5 or id is null"}) {
    try {
      const AlertFilter filter(text, file.schema());
      judge_all(file, filter);
    } catch (const Error&) {
      continue;
    }
  }
  const alerts::AvroFile all(std::string(bytes), "fuzz");
  for (std::size_t i = 0; i < all.size() && i < 10; ++i) (void)all.record(i);
}

void expression(std::string_view text) {
  static const alerts::AvroSchema schema(alerts::alert_schema_json());
  const AlertFilter filter(text, schema);
  AlertFilter::Memory memory;
  (void)filter.judge(text, memory);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (bytes.starts_with("Obj"))
      container(bytes);
    else
      expression(bytes);
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
