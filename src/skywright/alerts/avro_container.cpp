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

AvroBlocks::AvroBlocks(std::string content, std::string name)
    : content_(std::move(content)), name_(std::move(name)) {
  try {
    read();
  } catch (const InputError& error) {
    throw InputError(name_, error.what(), "name an Avro object container file");
  }
}

void AvroBlocks::read() {
  const std::string_view content = content_;
  if (!content.starts_with(kMagic))
    throw InputError("its first bytes", "are not those of an Avro container",
                     "alerts are written as one");
  AvroDecoder decoder(content.substr(kMagic.size()));
  static const AvroSchema kMetadata(R"({"type": "map", "values": "bytes"})");
  const AvroValue entries = decoder.value(kMetadata.root());
  for (const auto& [key, value] : std::get<AvroValue::Record>(entries.datum)) {
    const auto& bytes = std::get<AvroValue::Bytes>(value.datum);
    metadata_[key] = std::string(bytes.begin(), bytes.end());
  }
  sync_ = decoder.take(kSyncSize);
  schema_ = std::make_unique<AvroSchema>(metadata_["avro.schema"]);
  const std::string& codec = metadata_["avro.codec"];
  if (!codec.empty() && codec != "null" && codec != "deflate")
    throw InputError("codec " + codec, "not supported", "use null or deflate");
  codec_ = codec == "deflate" ? AvroCodec::deflate : AvroCodec::none;
  while (!decoder.at_end()) {
    const std::int64_t count = decoder.whole();
    const std::string_view block = decoder.text();
    if (decoder.take(kSyncSize) != sync_)
      throw InputError("a block", "does not end with the file's marker", "the file is damaged");
    // Deflate makes at most 1032 bytes of one (zlib's technical details); a record may take none.
    const std::size_t most =
        (codec_ == AvroCodec::deflate ? 1032 * block.size() : block.size()) + 1;
    if (count < 0 || static_cast<std::uint64_t>(count) > most)
      throw InputError("a block", "claims more records than it holds", "the file is damaged");
    blocks_.push_back({static_cast<std::size_t>(block.data() - content.data()), block.size(),
                       static_cast<std::size_t>(count)});
  }
}

std::string_view AvroBlocks::bytes(std::size_t block, std::string& room) const {
  const Place& place = blocks_[block];
  const std::string_view stored = std::string_view(content_).substr(place.begin, place.size);
  if (codec_ == AvroCodec::none) return stored;
  room = detail::inflated(stored);
  return room;
}

AvroFile::AvroFile(std::string content, std::string name)
    : blocks_(std::move(content), std::move(name)), inflated_(blocks_.size()) {
  FieldReader ends(schema().root());  // wants nothing: finds where records end
  ends.prepare();
  try {
    for (std::size_t block = 0; block < blocks_.size(); ++block) index_block(block, ends);
  } catch (const InputError& error) {
    throw InputError(blocks_.name(), error.what(), "name an Avro object container file");
  }
}

void AvroFile::index_block(std::size_t block, const FieldReader& ends) {
  const std::string_view bytes = blocks_.bytes(block, inflated_[block]);
  PacketFields nothing;
  std::size_t at = 0;
  for (std::size_t i = 0; i < blocks_.records(block); ++i) {
    const std::size_t size = ends.read(bytes.substr(at), nothing);
    records_.push_back({block, at, size});
    at += size;
  }
  if (at != bytes.size())
    throw InputError("a block", "holds more than its records", "the file is damaged");
}

std::string_view AvroFile::encoded(std::size_t index) const {
  if (index >= records_.size())
    throw InputError(
        blocks_.name(),
        "has no record " + std::to_string(index) + " among " + std::to_string(records_.size()),
        "records count from 0");
  const Place& place = records_[index];
  std::string none;
  const std::string_view bytes = codec() == AvroCodec::none
                                     ? blocks_.bytes(place.block, none)
                                     : std::string_view(inflated_[place.block]);
  return bytes.substr(place.begin, place.size);
}

AvroValue AvroFile::record(std::size_t index) const {
  return AvroDecoder(encoded(index)).value(schema().root());
}

}  // namespace skywright::alerts
