#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "skywright/base/error.h"
#include "table.h"

// As the Arrow specification gives them, names and all.
extern "C" {
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};
struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
  int (*get_next)(ArrowArrayStream*, ArrowArray*);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};
}

namespace skywright::python {
namespace {

using table::Column;
using table::Flags;
using table::Table;

/// Formats in the order of table::Values: float64, float32, int64, int32, boolean, large text.
constexpr std::array<const char*, 6> kFormats = {"g", "f", "l", "i", "b", "U"};

/// Arrow's own encoding of key-value metadata: counts and lengths as native int32.
std::string encoded(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  const auto number = [&](std::size_t n) {
    const auto value = static_cast<std::int32_t>(n);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  number(pairs.size());
  for (const auto& [key, value] : pairs) {
    number(key.size());
    out += key;
    number(value.size());
    out += value;
  }
  return out;
}

// ---- schema

struct SchemaMemory {
  std::string name;
  std::string metadata;
  std::vector<ArrowSchema> own_children;
  std::vector<ArrowSchema*> children;
};

void release_schema(ArrowSchema* schema) {
  auto* memory = static_cast<SchemaMemory*>(schema->private_data);
  for (ArrowSchema& child : memory->own_children)
    if (child.release != nullptr) child.release(&child);
  delete memory;
  schema->release = nullptr;
}

void fill(ArrowSchema& schema, const char* format, SchemaMemory* memory) {
  for (ArrowSchema& child : memory->own_children) memory->children.push_back(&child);
  schema = {.format = format,
            .name = memory->name.c_str(),
            .metadata = memory->metadata.empty() ? nullptr : memory->metadata.data(),
            .flags = 0,
            .n_children = static_cast<std::int64_t>(memory->children.size()),
            .children = memory->children.empty() ? nullptr : memory->children.data(),
            .dictionary = nullptr,
            .release = release_schema,
            .private_data = memory};
}

void fill_schema(ArrowSchema& out, const Table& table) {
  auto memory = std::make_unique<SchemaMemory>();
  memory->own_children.resize(table.columns().size());
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    const Column& column = table.columns()[i];
    auto child = std::make_unique<SchemaMemory>();
    child->name = column.name;
    std::vector<std::pair<std::string, std::string>> facts;
    if (!column.unit.empty()) facts.emplace_back("unit", column.unit);
    if (!column.description.empty()) facts.emplace_back("description", column.description);
    if (!facts.empty()) child->metadata = encoded(facts);
    fill(memory->own_children[i], kFormats[column.values.index()], child.release());
  }
  if (!table.metadata.empty())
    memory->metadata = encoded({table.metadata.begin(), table.metadata.end()});
  fill(out, "+s", memory.release());
}

// ---- array

struct ArrayMemory {
  SharedTable table;
  std::vector<std::uint8_t> bits;
  std::vector<std::int64_t> offsets;
  std::string bytes;
  std::array<const void*, 3> buffers{};
  std::vector<ArrowArray> own_children;
  std::vector<ArrowArray*> children;
};

void release_array(ArrowArray* array) {
  auto* memory = static_cast<ArrayMemory*>(array->private_data);
  // A consumer may have moved a child away, which it marks by a null release.
  for (ArrowArray& child : memory->own_children)
    if (child.release != nullptr) child.release(&child);
  delete memory;
  array->release = nullptr;
}

void fill(ArrowArray& array, std::size_t rows, std::int64_t buffers, ArrayMemory* memory) {
  for (ArrowArray& child : memory->own_children) memory->children.push_back(&child);
  array = {.length = static_cast<std::int64_t>(rows),
           .null_count = 0,
           .offset = 0,
           .n_buffers = buffers,
           .n_children = static_cast<std::int64_t>(memory->children.size()),
           .buffers = memory->buffers.data(),
           .children = memory->children.empty() ? nullptr : memory->children.data(),
           .dictionary = nullptr,
           .release = release_array,
           .private_data = memory};
}

/// Sets the buffers of a column after the first, which tells what is null: nothing is.
struct Buffers {
  ArrayMemory& memory;

  template <class T>
  std::int64_t operator()(const std::vector<T>& values) const {
    memory.buffers[1] = values.data();
    return 2;
  }
  std::int64_t operator()(const Flags& flags) const {
    memory.bits.assign((flags.values.size() + 7) / 8, 0);
    for (std::size_t i = 0; i < flags.values.size(); ++i)
      if (flags.values[i] != 0)
        memory.bits[i / 8] = static_cast<std::uint8_t>(memory.bits[i / 8] | (1U << (i % 8)));
    memory.buffers[1] = memory.bits.data();
    return 2;
  }
  std::int64_t operator()(const std::vector<std::string>& values) const {
    memory.offsets.push_back(0);
    for (const std::string& value : values) {
      memory.bytes += value;
      memory.offsets.push_back(static_cast<std::int64_t>(memory.bytes.size()));
    }
    memory.buffers[1] = memory.offsets.data();
    memory.buffers[2] = memory.bytes.data();
    return 3;
  }
};

void fill_array(ArrowArray& out, const SharedTable& table) {
  auto memory = std::make_unique<ArrayMemory>();
  memory->own_children.resize(table->columns().size());
  for (std::size_t i = 0; i < table->columns().size(); ++i) {
    auto child = std::make_unique<ArrayMemory>();
    child->table = table;
    const std::int64_t buffers = std::visit(Buffers{*child}, table->columns()[i].values);
    fill(memory->own_children[i], table->rows(), buffers, child.release());
  }
  fill(out, table->rows(), 1, memory.release());
}

// ---- stream

struct StreamMemory {
  SharedTable table;
  bool sent = false;
};

StreamMemory& memory_of(ArrowArrayStream* stream) {
  return *static_cast<StreamMemory*>(stream->private_data);
}

template <class Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    return ENOMEM;  // nothing else can go wrong
  }
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  return guarded([&] { fill_schema(*out, *memory_of(stream).table); });
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
  StreamMemory& memory = memory_of(stream);
  if (memory.sent) {
    *out = {};
    return 0;
  }
  return guarded([&] {
    fill_array(*out, memory.table);
    memory.sent = true;
  });
}

void release_stream(ArrowArrayStream* stream) {
  delete static_cast<StreamMemory*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

nanobind::capsule arrow_stream_of(SharedTable table) {
  auto stream = std::make_unique<ArrowArrayStream>();
  *stream = {.get_schema = get_schema,
             .get_next = get_next,
             .get_last_error = [](ArrowArrayStream*) -> const char* { return "out of memory"; },
             .release = release_stream,
             .private_data = new StreamMemory{std::move(table)}};
  return nanobind::capsule(stream.release(), "arrow_array_stream", [](void* p) noexcept {
    auto* held = static_cast<ArrowArrayStream*>(p);
    if (held->release != nullptr) held->release(held);
    delete held;
  });
}

}  // namespace skywright::python
