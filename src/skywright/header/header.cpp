#include "skywright/header/header.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/error.h"

namespace skywright::header {
namespace {

[[noreturn]] void refuse_missing(std::string_view keyword, std::string_view kind) {
  throw InputError("header keyword " + std::string(keyword), "missing, or not " + std::string(kind),
                   "add it to the header or name another keyword in the instrument's description");
}

}  // namespace

const Card* Header::find(std::string_view keyword) const {
  const auto it = std::find_if(cards_.begin(), cards_.end(),
                               [&](const Card& card) { return card.keyword == keyword; });
  return it == cards_.end() ? nullptr : &*it;
}

void Header::set(std::string_view keyword, Value value, std::string_view comment) {
  for (Card& card : cards_) {
    if (card.keyword != keyword) continue;
    card.value = std::move(value);
    if (!comment.empty()) card.comment = comment;
    return;
  }
  cards_.push_back({std::string(keyword), std::move(value), std::string(comment)});
}

void Header::append(Card card) { cards_.push_back(std::move(card)); }

void Header::erase(std::string_view keyword) {
  std::erase_if(cards_, [&](const Card& card) { return card.keyword == keyword; });
}

void Header::add_comment(std::string_view text) {
  cards_.push_back({"COMMENT", std::monostate{}, std::string(text)});
}

void Header::add_history(std::string_view text) {
  cards_.push_back({"HISTORY", std::monostate{}, std::string(text)});
}

std::optional<double> Header::number(std::string_view keyword) const {
  const Card* card = find(keyword);
  if (card == nullptr) return {};
  if (const auto* real = std::get_if<double>(&card->value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&card->value))
    return static_cast<double>(*integer);
  return {};
}

std::optional<std::int64_t> Header::whole(std::string_view keyword) const {
  const Card* card = find(keyword);
  if (card == nullptr) return {};
  if (const auto* integer = std::get_if<std::int64_t>(&card->value)) return *integer;
  if (const auto* real = std::get_if<double>(&card->value)) {
    // Some writers store counts as reals.
    if (std::abs(*real) < 9.0e15 && std::floor(*real) == *real)
      return static_cast<std::int64_t>(*real);
  }
  return {};
}

std::optional<bool> Header::logical(std::string_view keyword) const {
  const Card* card = find(keyword);
  if (card == nullptr) return {};
  if (const auto* flag = std::get_if<bool>(&card->value)) return *flag;
  return {};
}

std::optional<std::string> Header::text(std::string_view keyword) const {
  const Card* card = find(keyword);
  if (card == nullptr) return {};
  const auto* text = std::get_if<std::string>(&card->value);
  if (text == nullptr) return {};
  const auto end = text->find_last_not_of(' ');
  return end == std::string::npos ? std::string() : text->substr(0, end + 1);
}

double Header::required_number(std::string_view keyword) const {
  const auto value = number(keyword);
  if (!value) refuse_missing(keyword, "a number");
  return *value;
}

std::int64_t Header::required_whole(std::string_view keyword) const {
  const auto value = whole(keyword);
  if (!value) refuse_missing(keyword, "a whole number");
  return *value;
}

std::string Header::required_text(std::string_view keyword) const {
  auto value = text(keyword);
  if (!value) refuse_missing(keyword, "text");
  return *std::move(value);
}

}  // namespace skywright::header
