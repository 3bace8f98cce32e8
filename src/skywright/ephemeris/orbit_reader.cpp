#include "skywright/ephemeris/orbit_reader.h"

#include <algorithm>
#include <optional>

#include "skywright/base/error.h"
#include "skywright/ephemeris/detail/orbit_table.h"
#include "skywright/ephemeris/detail/text_fields.h"
#include "skywright/ephemeris/mpcorb.h"

namespace skywright::ephemeris {
namespace {

constexpr std::size_t kListed = 20;   // of skipped lines
constexpr std::size_t kChunk = 4096;  // lines a task
/// MPCORB.DAT's preface is 43 lines of text: with so much of a file the form is known.
constexpr std::size_t kFormLength = 64 * 1024;

struct Line {
  std::size_t number = 0;  ///< from 1
  std::string_view text;
};

/// What one task made of its lines.
struct Piece {
  OrbitCatalog orbits;
  std::vector<SkippedLine> skipped;
};

[[noreturn]] void refuse(const SkippedLine& bad) {
  throw InputError("cannot read orbits", "line " + std::to_string(bad.line) + ": " + bad.reason,
                   "give MPCORB lines, or a table with a header such as `objId a e inc Omega "
                   "argPeri meanAnomaly epoch H`");
}

/// The reason alone of an error of reading.
std::string reason_of(const InputError& error) {
  const std::string text = error.what();
  constexpr std::string_view kHead = "cannot read orbits: ";
  const std::string rest = text.starts_with(kHead) ? text.substr(kHead.size()) : text;
  return rest.substr(0, rest.find("; "));
}

}  // namespace

struct OrbitReader::Impl {
  BadLines policy = BadLines::refuse;
  std::string waiting;    ///< text not parsed yet
  std::size_t lines = 0;  ///< parsed before `waiting`
  bool known_form = false;
  std::optional<detail::OrbitTable> table;  ///< none: MPCORB
  OrbitReading out;

  std::vector<Line> cut_lines(std::string_view text) {
    std::vector<Line> found;
    while (!text.empty()) {
      const auto end = text.find('\n');
      std::string_view line = text.substr(0, end);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      found.push_back({++lines, line});
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
    return found;
  }

  /// Tells the form by the first lines and returns where the orbits begin.
  std::size_t learn_form(const std::vector<Line>& found) {
    std::size_t first = 0;
    while (first < found.size() && detail::trimmed(found[first].text).empty()) ++first;
    if (first == found.size())
      throw InputError("cannot read orbits", "the text is empty", "give a file with orbits");
    known_form = true;
    // MPCORB.DAT has a long preface that ends with a line of dashes.
    const auto dashes = std::find_if(found.begin(), found.end(), [](const Line& line) {
      return line.text.starts_with("-----");
    });
    if (dashes != found.end()) return static_cast<std::size_t>(dashes - found.begin()) + 1;
    if (looks_like_mpcorb(found[first].text)) return first;
    try {
      table.emplace(found[first].text);
    } catch (const InputError& error) {
      refuse({found[first].number, reason_of(error)});
    }
    return first + 1;
  }

  void parse(Piece& piece, const Line& line) const {
    const std::string_view content = detail::trimmed(line.text);
    if (content.empty() || (table && content.front() == '#')) return;
    try {
      if (table)
        table->append(piece.orbits, line.text);
      else
        append_mpcorb_line(piece.orbits, line.text);
    } catch (const InputError& error) {
      piece.skipped.push_back({line.number, reason_of(error)});
    }
  }

  void parse_all(std::string_view text, const Execution& execution) {
    const std::vector<Line> found = cut_lines(text);
    const std::size_t begin = known_form ? 0 : learn_form(found);
    std::vector<Piece> pieces((found.size() - begin + kChunk - 1) / kChunk);
    execution.for_chunks(found.size() - begin, kChunk, [&](std::size_t from, std::size_t to) {
      Piece& piece = pieces[from / kChunk];
      for (std::size_t i = from; i < to; ++i) parse(piece, found[begin + i]);
    });
    for (Piece& piece : pieces) {
      if (policy == BadLines::refuse && !piece.skipped.empty()) refuse(piece.skipped.front());
      for (std::size_t i = 0; i < piece.orbits.size(); ++i) {
        std::string& name = piece.orbits.name[i];  // an object without one goes by its number
        if (name.empty()) name = std::to_string(out.orbits.size() + i + 1);
      }
      out.orbits.append(std::move(piece.orbits));
      out.skipped += piece.skipped.size();
      for (SkippedLine& line : piece.skipped)
        if (out.first_skipped.size() < kListed) out.first_skipped.push_back(std::move(line));
    }
  }
};

OrbitReader::OrbitReader(BadLines policy) : impl_(std::make_unique<Impl>()) {
  impl_->policy = policy;
}
OrbitReader::~OrbitReader() = default;
OrbitReader::OrbitReader(OrbitReader&&) noexcept = default;
OrbitReader& OrbitReader::operator=(OrbitReader&&) noexcept = default;

void OrbitReader::take(std::string_view part, const Execution& execution) {
  Impl& reader = *impl_;
  reader.waiting.append(part);
  if (!reader.known_form && reader.waiting.size() < kFormLength) return;
  const auto last = reader.waiting.rfind('\n');
  if (last == std::string::npos) return;
  reader.parse_all(std::string_view(reader.waiting).substr(0, last + 1), execution);
  reader.waiting.erase(0, last + 1);
}

OrbitReading OrbitReader::finish(const Execution& execution) {
  Impl& reader = *impl_;
  if (!reader.known_form || !reader.waiting.empty()) reader.parse_all(reader.waiting, execution);
  return std::move(reader.out);
}

OrbitCatalog read_orbits(std::string_view text) {
  const Execution here;
  OrbitReader reader(BadLines::refuse);
  reader.take(text, here);
  return std::move(reader.finish(here).orbits);
}

}  // namespace skywright::ephemeris
