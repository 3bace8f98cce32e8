#include "skywright/alerts/field_reader.h"

#include <algorithm>
#include <cstring>

#include "skywright/alerts/avro_binary.h"
#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

/// A schema may name one record in many places; past so many steps it is no more written out.
constexpr std::size_t kMostSteps = 50'000;
constexpr std::size_t kDeepest = 64;
constexpr std::size_t kMostEmptyItems = 1'000'000;  ///< items that take no bytes

[[noreturn]] void refuse(std::string_view what) {
  throw InputError("Avro data", what, "the file is damaged or cut short; fetch it again");
}

/// The front of what is left of the bytes.
struct Cursor {
  const char* at;
  const char* end;

  void skip(std::uint64_t size) {
    if (size > static_cast<std::uint64_t>(end - at)) refuse("it ends in the middle of a value");
    at += size;
  }
  std::uint64_t word() {
    if (at != end && static_cast<unsigned char>(*at) < 0x80)
      return static_cast<unsigned char>(*at++);
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == end) refuse("it ends in the middle of a value");
      const auto byte = static_cast<unsigned char>(*at++);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    refuse("a number is longer than 64 bits");
  }
  std::int64_t whole() {
    const std::uint64_t value = word();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::string_view text() {
    const std::int64_t size = whole();
    if (size < 0) refuse("a length is negative");
    const char* begin = at;
    skip(static_cast<std::uint64_t>(size));
    return {begin, static_cast<std::size_t>(size)};
  }
  template <class T>
  T copied() {
    const char* from = at;
    skip(sizeof(T));
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
};

bool is_null(const AvroNode* node) { return node->type == AvroType::null; }

}  // namespace

/// What is wanted at and beneath one place of the schema.
struct FieldReader::Want {
  int value = -1;  ///< number of a value outside of arrays, or of a column within one
  int array = -1;
  std::map<std::string, Want, std::less<>> parts;
  std::unique_ptr<Want> items;  ///< of an array
  [[nodiscard]] bool nothing() const {
    return value < 0 && array < 0 && parts.empty() && items == nullptr;
  }
};

struct FieldReader::Step {
  enum class Op : std::uint8_t {
    skip_bytes,  // `size` of them
    skip_whole,  // a number of any length
    skip_text,   // a length and as many bytes
    skip_value,  // whatever `node` describes
    load_truth,  // into value `slot`, here and below
    load_whole,
    load_float,
    load_double,
    load_text,
    load_symbol,
    present,  // value `slot` is true
    maybe,    // a union of null (branch `size`) and the steps up to `to`
    choose,   // a union of `size` branches that begin at jumps_[to], ...
    jump,     // to `to`
    items     // blocks of items of the steps up to `to`; `map` items begin with a text
  };
  Op op;
  bool map = false;
  int slot = -1;  ///< of values or columns; of `items`: the array's number, -1 where unwanted
  std::uint64_t size = 0;
  std::uint32_t to = 0;
  const AvroNode* node = nullptr;
};

/// Turns the schema into steps.
struct FieldReader::Compiler {
  FieldReader& reader;
  std::vector<const AvroNode*> open = {};  ///< records that are being written out
  std::size_t visited = 0;
  using Op = Step::Op;

  std::uint32_t here() const { return static_cast<std::uint32_t>(reader.steps_.size()); }
  std::uint32_t add(Step step) {
    reader.steps_.push_back(step);
    return here() - 1;
  }

  void skip_bytes(std::uint64_t size) {
    if (size == 0) return;
    // Only a step that nothing jumps behind may grow: `barrier` is the last place jumped to.
    if (here() > barrier && reader.steps_.back().op == Op::skip_bytes &&
        reader.steps_.back().size + size >= size) {
      reader.steps_.back().size += size;
      return;
    }
    add({.op = Op::skip_bytes, .size = size});
  }
  std::uint32_t barrier = 0;
  std::uint32_t mark() { return barrier = here(); }

  void node(const AvroNode& type, const Want& want) {
    ++visited;
    const bool load = want.value >= 0;
    const auto scalar = [&](Op loaded, Op skipped, std::uint64_t size = 0) {
      if (load)
        add({.op = loaded, .slot = want.value, .node = &type});
      else if (skipped == Op::skip_bytes)
        skip_bytes(size);
      else
        add({.op = skipped});
    };
    const auto opaque = [&] {
      if (load) add({.op = Op::present, .slot = want.value});
    };
    switch (type.type) {
      case AvroType::null:
        return;
      case AvroType::boolean:
        return scalar(Op::load_truth, Op::skip_bytes, 1);
      case AvroType::int32:
      case AvroType::int64:
        return scalar(Op::load_whole, Op::skip_whole);
      case AvroType::float32:
        return scalar(Op::load_float, Op::skip_bytes, 4);
      case AvroType::float64:
        return scalar(Op::load_double, Op::skip_bytes, 8);
      case AvroType::string:
        return scalar(Op::load_text, Op::skip_text);
      case AvroType::enumeration:
        return scalar(Op::load_symbol, Op::skip_whole);
      case AvroType::bytes:
        opaque();
        add({.op = Op::skip_text});
        return;
      case AvroType::fixed:
        opaque();
        return skip_bytes(type.size);
      case AvroType::record:
        opaque();
        return record(type, want);
      case AvroType::array:
      case AvroType::map:
        opaque();
        return items(type, want);
      case AvroType::choice:
        return choice(type, want);
    }
  }

  void record(const AvroNode& type, const Want& want) {
    // Within itself, or far down, a record is left to a walk of the schema, which knows its limits.
    const bool again = std::find(open.begin(), open.end(), &type) != open.end();
    if (want.nothing() && (again || open.size() > kDeepest || visited > kMostSteps)) {
      add({.op = Op::skip_value, .node = &type});
      return;
    }
    static const Want kNothing;
    open.push_back(&type);
    for (const AvroField& field : type.fields) {
      const auto it = want.parts.find(field.name);
      node(*field.type, it == want.parts.end() ? kNothing : it->second);
    }
    open.pop_back();
  }

  void items(const AvroNode& type, const Want& want) {
    static const Want kNothing;
    const std::uint32_t at =
        add({.op = Op::items, .map = type.type == AvroType::map, .slot = want.array});
    mark();
    node(*type.parts[0], want.items ? *want.items : kNothing);
    reader.steps_[at].to = mark();
  }

  void choice(const AvroNode& type, const Want& want) {
    const auto& parts = type.parts;
    if (parts.size() == 2 && is_null(parts[0]) != is_null(parts[1])) {
      const std::uint64_t null = is_null(parts[0]) ? 0 : 1;
      const std::uint32_t at = add({.op = Op::maybe, .size = null});
      mark();
      node(*parts[1 - null], want);
      reader.steps_[at].to = mark();
      return;
    }
    const std::size_t first = reader.jumps_.size();
    reader.jumps_.resize(first + parts.size());
    add({.op = Op::choose, .size = parts.size(), .to = static_cast<std::uint32_t>(first)});
    std::vector<std::uint32_t> ends;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      reader.jumps_[first + i] = mark();
      node(*parts[i], want);
      ends.push_back(add({.op = Op::jump}));
    }
    for (const std::uint32_t end : ends) reader.steps_[end].to = mark();
  }
};

/// Follows the steps over one record.
struct FieldReader::Run {
  const FieldReader& reader;
  PacketFields& fields;
  Cursor in;
  std::vector<std::vector<FieldValue>>* columns = nullptr;  ///< of the array that is being read
  using Op = Step::Op;

  void put(int slot, const FieldValue& value) {
    if (columns == nullptr)
      fields.values[static_cast<std::size_t>(slot)] = value;
    else
      (*columns)[static_cast<std::size_t>(slot)].back() = value;
  }

  void steps(std::uint32_t at, std::uint32_t end) {
    const std::vector<Step>& all = reader.steps_;
    while (at < end) {
      const Step& step = all[at];
      switch (step.op) {
        case Op::skip_bytes:
          in.skip(step.size);
          break;
        case Op::skip_whole:
          (void)in.word();
          break;
        case Op::skip_text:
          (void)in.text();
          break;
        case Op::skip_value: {
          AvroDecoder decoder({in.at, static_cast<std::size_t>(in.end - in.at)});
          decoder.skip(*step.node);
          in.at = in.end - decoder.left();
          break;
        }
        case Op::load_truth:
          put(step.slot, FieldValue::of_truth(in.copied<char>() != 0));
          break;
        case Op::load_whole:
          put(step.slot, FieldValue::of_whole(in.whole()));
          break;
        case Op::load_float:
          put(step.slot, FieldValue::of_real(static_cast<double>(in.copied<float>())));
          break;
        case Op::load_double:
          put(step.slot, FieldValue::of_real(in.copied<double>()));
          break;
        case Op::load_text:
          put(step.slot, FieldValue::of_text(in.text()));
          break;
        case Op::load_symbol: {
          const std::uint64_t index = static_cast<std::uint64_t>(in.whole());
          if (index >= step.node->symbols.size()) refuse("an enumeration's index is out of range");
          put(step.slot, FieldValue::of_text(step.node->symbols[index]));
          break;
        }
        case Op::present:
          put(step.slot, FieldValue::of_truth(true));
          break;
        case Op::maybe: {
          const auto branch = static_cast<std::uint64_t>(in.whole());
          if (branch > 1) refuse("a union's index is out of range");
          if (branch == step.size) {
            at = step.to;
            continue;
          }
          break;
        }
        case Op::choose: {
          const auto branch = static_cast<std::uint64_t>(in.whole());
          if (branch >= step.size) refuse("a union's index is out of range");
          at = reader.jumps_[step.to + branch];
          continue;
        }
        case Op::jump:
          at = step.to;
          continue;
        case Op::items:
          items(step, at + 1);
          at = step.to;
          continue;
      }
      ++at;
    }
  }

  void items(const Step& step, std::uint32_t body) {
    PacketFields::Array* array =
        step.slot < 0 ? nullptr : &fields.arrays[static_cast<std::size_t>(step.slot)];
    auto* outer = columns;
    std::size_t empty = 0;
    for (;;) {
      std::int64_t count = in.whole();
      if (count == 0) break;
      if (count < 0) {  // a negative count is followed by the block's size in bytes
        if (count == std::numeric_limits<std::int64_t>::min()) refuse("a count is out of range");
        count = -count;
        const std::int64_t size = in.whole();
        if (size < 0) refuse("a length is negative");
        if (array == nullptr) {
          in.skip(static_cast<std::uint64_t>(size));
          continue;
        }
      }
      if (array != nullptr) columns = &array->columns;
      for (std::int64_t i = 0; i < count; ++i) {
        const char* before = in.at;
        if (array != nullptr) {
          ++array->length;
          for (auto& column : array->columns) column.emplace_back();
        }
        if (step.map) (void)in.text();
        steps(body, step.to);
        if (in.at == before && ++empty > kMostEmptyItems)
          refuse("an array claims more items than can be");
      }
      columns = outer;
    }
  }
};

FieldReader::FieldReader(const AvroNode& root) : root_(&root), wants_(std::make_unique<Want>()) {}
FieldReader::~FieldReader() = default;
FieldReader::FieldReader(FieldReader&&) noexcept = default;
FieldReader& FieldReader::operator=(FieldReader&&) noexcept = default;

FieldReader::Want& FieldReader::find(Want& from, std::string_view path) {
  Want* at = &from;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    at = &at->parts[std::string(path.substr(0, dot))];
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return *at;
}

int FieldReader::want(const std::string& path) {
  Want& want = find(*wants_, path);
  if (want.value < 0) want.value = values_++;
  return want.value;
}

int FieldReader::want_array(const std::string& path) {
  Want& want = find(*wants_, path);
  if (want.array < 0) {
    want.array = static_cast<int>(arrays_.size());
    want.items = std::make_unique<Want>();
    arrays_.push_back(&want);
    columns_.push_back(0);
  }
  return want.array;
}

int FieldReader::want_item(int array, const std::string& path) {
  const auto at = static_cast<std::size_t>(array);
  Want& want = find(*arrays_[at]->items, path);
  if (want.value < 0) want.value = columns_[at]++;
  return want.value;
}

void FieldReader::prepare() {
  steps_.clear();
  jumps_.clear();
  Compiler{*this}.node(*root_, *wants_);
}

std::size_t FieldReader::read(std::string_view bytes, PacketFields& fields) const {
  fields.values.assign(static_cast<std::size_t>(values_), {});
  fields.arrays.resize(arrays_.size());
  for (std::size_t i = 0; i < arrays_.size(); ++i) {
    fields.arrays[i].length = 0;
    fields.arrays[i].columns.resize(static_cast<std::size_t>(columns_[i]));
    for (auto& column : fields.arrays[i].columns) column.clear();
  }
  Run run{*this, fields, {bytes.data(), bytes.data() + bytes.size()}};
  run.steps(0, static_cast<std::uint32_t>(steps_.size()));
  return static_cast<std::size_t>(run.in.at - bytes.data());
}

std::vector<const AvroNode*> branches_of(const AvroNode& type) {
  std::vector<const AvroNode*> out;
  if (type.type != AvroType::choice) {
    if (!is_null(&type)) out.push_back(&type);
    return out;
  }
  for (const AvroNode* part : type.parts)
    if (!is_null(part)) out.push_back(part);
  return out;
}

std::vector<const AvroNode*> types_at(const AvroNode& from, std::string_view path) {
  std::vector<const AvroNode*> at = branches_of(from);
  while (!path.empty() && !at.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    std::vector<const AvroNode*> next;
    for (const AvroNode* node : at)
      for (const AvroField& field : node->fields)
        if (field.name == path.substr(0, dot))
          for (const AvroNode* branch : branches_of(*field.type)) next.push_back(branch);
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    at = std::move(next);
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return at;
}

}  // namespace skywright::alerts
