#include "skywright/alerts/avro_container.h"

#include "skywright/alerts/avro_binary.h"
#include "skywright/alerts/detail/deflate.h"
#include "skywright/base/error.h"
#include "skywright/base/hash.h"

namespace skywright::alerts {
namespace {

constexpr std::string_view kMagic("Obj\1", 4);
constexpr std::size_t kSyncSize = 16;
constexpr std::size_t kBlockSize = std::size_t{1} << 20;  ///< a block is closed once past it

std::string sync_marker(std::string_view key) {
  std::string marker;
  for (const std::uint64_t word :
       {text_hash(std::string(key) + "/sync/0"), text_hash(std::string(key) + "/sync/1")})
    for (int byte = 0; byte < 8; ++byte)
      marker.push_back(static_cast<char>((word >> (8 * byte)) & 0xFF));
  return marker;
}

void put_header(const AvroSink& sink, const std::map<std::string, std::string>& metadata,
                std::string_view sync) {
  std::string out(kMagic);
  AvroEncoder encoder(out);
  encoder.whole(static_cast<std::int64_t>(metadata.size()));
  for (const auto& [key, value] : metadata) {
    encoder.text(key);
    encoder.text(value);
  }
  encoder.whole(0);
  out.append(sync);
  sink(out);
}

void put_block(const AvroSink& sink, std::int64_t records, std::string_view block, AvroCodec codec,
               std::string_view sync) {
  std::string packed;
  if (codec == AvroCodec::deflate) block = packed = detail::deflated(block);
  std::string lead;
  AvroEncoder encoder(lead);
  encoder.whole(records);
  encoder.whole(static_cast<std::int64_t>(block.size()));
  sink(lead);
  sink(block);
  sink(sync);
}

}  // namespace

AvroContainerWriter::AvroContainerWriter(AvroSink sink, std::string_view schema_json,
                                         std::string_view key, AvroCodec codec)
    : sink_(std::move(sink)), codec_(codec), sync_(sync_marker(key)) {
  put_header(sink_,
             {{"avro.codec", codec == AvroCodec::deflate ? "deflate" : "null"},
              {"avro.schema", std::string(schema_json)},
              {"skywright.key", std::string(key)}},
             sync_);
}

void AvroContainerWriter::add(std::string_view encoded) {
  block_.append(encoded);
  ++records_;
  if (block_.size() >= kBlockSize) close_block();
}

void AvroContainerWriter::close_block() {
  if (records_ == 0) return;
  put_block(sink_, records_, block_, codec_, sync_);
  block_.clear();
  records_ = 0;
}

void AvroContainerWriter::finish() { close_block(); }

AvroFile::AvroFile(std::string content, std::string name) : name_(std::move(name)) {
  try {
    read(content);
  } catch (const InputError& error) {
    throw InputError(name_, error.what(), "name an Avro object container file");
  }
}

void AvroFile::read(std::string_view content) {
  if (!content.starts_with(kMagic))
    throw InputError("its first bytes", "are not those of an Avro container",
                     "alerts are written as one");
  content.remove_prefix(kMagic.size());
  read_header(content);
  const std::string& codec = metadata_["avro.codec"];
  if (!codec.empty() && codec != "null" && codec != "deflate")
    throw InputError("codec " + codec, "not supported", "use null or deflate");
  while (!content.empty()) {
    AvroDecoder decoder(content);
    const std::int64_t count = decoder.whole();
    const std::string_view block = decoder.text();
    if (decoder.take(kSyncSize) != sync_)
      throw InputError("a block", "does not end with the file's marker", "the file is damaged");
    content = content.substr(
        static_cast<std::size_t>(block.data() + block.size() - content.data()) + kSyncSize);
    blocks_.push_back(codec == "deflate" ? detail::inflated(block) : std::string(block));
    index_block(blocks_.size() - 1, count);
  }
}

void AvroFile::read_header(std::string_view& left) {
  AvroDecoder decoder(left);
  static const AvroSchema kMetadata(R"({"type": "map", "values": "bytes"})");
  const AvroValue entries = decoder.value(kMetadata.root());
  for (const auto& [key, value] : std::get<AvroValue::Record>(entries.datum)) {
    const auto& bytes = std::get<AvroValue::Bytes>(value.datum);
    metadata_[key] = std::string(bytes.begin(), bytes.end());
  }
  const std::string_view sync = decoder.take(kSyncSize);
  sync_ = sync;
  left.remove_prefix(static_cast<std::size_t>(sync.data() + kSyncSize - left.data()));
  schema_ = std::make_unique<AvroSchema>(metadata_["avro.schema"]);
}

void AvroFile::index_block(std::size_t block, std::int64_t count) {
  const std::string_view left = blocks_[block];
  AvroDecoder decoder(left);
  if (count < 0 || (count > 0 && static_cast<std::size_t>(count) > left.size() + 1))
    throw InputError("a block", "claims more records than it holds", "the file is damaged");
  for (std::int64_t i = 0; i < count; ++i) {
    const std::size_t at = left.size() - decoder.left();
    (void)decoder.value(schema_->root());
    const std::size_t end = left.size() - decoder.left();
    records_.push_back({block, at, end - at});
  }
  if (!decoder.at_end())
    throw InputError("a block", "holds more than its records", "the file is damaged");
}

std::string_view AvroFile::encoded(std::size_t index) const {
  if (index >= records_.size())
    throw InputError(
        name_,
        "has no record " + std::to_string(index) + " among " + std::to_string(records_.size()),
        "records count from 0");
  const Place& place = records_[index];
  return std::string_view(blocks_[place.block]).substr(place.begin, place.size);
}

AvroValue AvroFile::record(std::size_t index) const {
  return AvroDecoder(encoded(index)).value(schema_->root());
}

void AvroFile::select(const std::vector<std::size_t>& indices, const AvroSink& sink) const {
  const auto codec = metadata_.find("avro.codec");
  const AvroCodec kind =
      codec != metadata_.end() && codec->second == "deflate" ? AvroCodec::deflate : AvroCodec::none;
  put_header(sink, metadata_, sync_);
  for (const std::size_t index : indices) put_block(sink, 1, encoded(index), kind, sync_);
}

}  // namespace skywright::alerts
