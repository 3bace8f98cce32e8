/// Avro object container files: schema, metadata and blocks of records in one file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/alerts/avro_schema.h"
#include "skywright/alerts/avro_value.h"
#include "skywright/alerts/field_reader.h"

namespace skywright::alerts {

enum class AvroCodec { none, deflate };

/// Takes the bytes of a container, part by part.
using AvroSink = std::function<void(std::string_view)>;

/// Builds a container. The same records, schema and key give the same bytes.
class AvroContainerWriter {
 public:
  /// @param key what the file is; the sync marker is its hash, where other writers draw at random
  AvroContainerWriter(AvroSink sink, std::string_view schema_json, std::string_view key,
                      AvroCodec codec = AvroCodec::none);
  /// Append a record, encoded by the schema.
  void add(std::string_view encoded);
  /// Close the last block: the sink has all then.
  void finish();

 private:
  void close_block();

  AvroSink sink_;
  AvroCodec codec_;
  std::string sync_;
  std::string block_;
  std::int64_t records_ = 0;
};

/// A container in memory, block by block: what a pass over many packets reads by.
class AvroBlocks {
 public:
  /// @param content the file's bytes (io::read_whole_file)
  /// @param name for messages
  /// @throws InputError where it is no Avro container, is damaged, or its codec is unknown
  AvroBlocks(std::string content, std::string name);

  [[nodiscard]] std::size_t size() const { return blocks_.size(); }
  /// How many records a block says it holds; at most one more than its bytes.
  [[nodiscard]] std::size_t records(std::size_t block) const { return blocks_[block].records; }
  /// A block's records, one behind the other. @param room holds them where they were compressed
  /// @throws InputError for damaged data
  std::string_view bytes(std::size_t block, std::string& room) const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const AvroSchema& schema() const { return *schema_; }
  /// As they stand in the file: "avro.schema", "avro.codec" and others.
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }
  [[nodiscard]] AvroCodec codec() const { return codec_; }
  [[nodiscard]] const std::string& sync() const { return sync_; }

 private:
  struct Place {
    std::size_t begin = 0;
    std::size_t size = 0;
    std::size_t records = 0;
  };
  void read();

  std::string content_;
  std::string name_;
  std::map<std::string, std::string> metadata_;
  std::unique_ptr<AvroSchema> schema_;
  AvroCodec codec_ = AvroCodec::none;
  std::string sync_;
  std::vector<Place> blocks_;
};

/// A container in memory; its records decoded one at a time.
class AvroFile {
 public:
  /// @throws InputError where it is no Avro container, is damaged, or its codec is unknown
  AvroFile(std::string content, std::string name);

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  /// @throws InputError for an index past the end, or damaged data
  [[nodiscard]] AvroValue record(std::size_t index) const;
  /// Its bytes. @throws InputError for an index past the end
  [[nodiscard]] std::string_view encoded(std::size_t index) const;
  [[nodiscard]] const AvroSchema& schema() const { return blocks_.schema(); }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const {
    return blocks_.metadata();
  }
  [[nodiscard]] AvroCodec codec() const { return blocks_.codec(); }

 private:
  void index_block(std::size_t block, const FieldReader& ends);

  struct Place {
    std::size_t block = 0;
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  AvroBlocks blocks_;
  std::vector<std::string> inflated_;  ///< one a block, empty where it was not compressed
  std::vector<Place> records_;
};

}  // namespace skywright::alerts
