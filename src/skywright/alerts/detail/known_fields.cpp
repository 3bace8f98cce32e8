#include "skywright/alerts/detail/known_fields.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "skywright/alerts/field_reader.h"

namespace skywright::alerts::detail {
namespace {

constexpr std::size_t kMostNames = 5000;
constexpr std::size_t kLongestName = 100;

/// Letters to change, add or take away that make one word of the other (Levenshtein 1966).
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      corner = above;
    }
  }
  return row[b.size()];
}

std::string_view last_word(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

void collect(const AvroNode& from, const std::string& before, int depth,
             std::vector<std::string>& names) {
  for (const AvroNode* node : branches_of(from))
    for (const AvroField& field : node->fields) {
      if (names.size() >= kMostNames) return;
      names.push_back(before + field.name);
      if (depth > 0) collect(*field.type, before + field.name + ".", depth - 1, names);
    }
}

}  // namespace

std::string nearest(std::string_view wanted, const std::vector<std::string>& names) {
  if (wanted.size() > kLongestName) return {};
  // Right but for the way to it, as snr for diaSource.snr: one letter's worth of a fault.
  const std::size_t letters = last_word(wanted).size();
  std::size_t best = std::min(letters, 1 + std::max<std::size_t>(2, letters / 3));
  std::string found;
  for (const std::string& name : names) {
    if (name.size() > kLongestName) continue;
    const std::size_t whole = edits(wanted, name);
    const std::size_t end = 1 + edits(last_word(wanted), last_word(name));
    const std::size_t distance = std::min(whole, end);
    if (distance < best) {
      best = distance;
      found = name;
    }
  }
  return found;
}

std::string remedy_for_field(std::string_view path, const AvroNode& root, const AvroNode* item) {
  std::vector<std::string> names;
  if (item != nullptr) collect(*item, "", 1, names);
  collect(root, "", 3, names);
  if (const std::string near = nearest(path, names); !near.empty())
    return "did you mean " + near + "?";
  // The part of the path that is known, and what may follow it.
  std::string_view known = path;
  while (!known.empty() && types_at(root, known).empty()) {
    const std::size_t dot = known.rfind('.');
    known = dot == std::string_view::npos ? std::string_view() : known.substr(0, dot);
  }
  std::vector<std::string> next;
  for (const AvroNode* node : types_at(root, known)) collect(*node, "", 0, next);
  if (next.empty()) return std::string(known) + " has no parts";
  std::string out = known.empty() ? "there are " : std::string(known) + " has ";
  constexpr std::size_t kShown = 12;
  for (std::size_t i = 0; i < next.size() && i < kShown; ++i) out += (i == 0 ? "" : ", ") + next[i];
  if (next.size() > kShown) out += " and " + std::to_string(next.size() - kShown) + " more";
  if (path.find('.') == std::string_view::npos) out += "; a text stands in quotes";
  return out;
}

}  // namespace skywright::alerts::detail
