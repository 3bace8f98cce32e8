/// The text of a filter as a tree. The grammar stands in docs/guides/alerts.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skywright::alerts::detail {

/// Part of the text, for messages.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Expression {
  enum class Kind : std::uint8_t {
    whole,
    real,
    text,
    truth,
    null,
    field,  ///< `word` is its path
    call,   ///< `word` is the function
    negate,
    add,
    subtract,
    multiply,
    divide,
    power,
    equal,
    unequal,
    less,
    less_equal,
    greater,
    greater_equal,
    member,  ///< the first part is one of the others
    is_null,
    not_,
    and_,  ///< of two parts or more, as is or_
    or_
  };
  Kind kind = Kind::null;
  Span span = {};
  std::string word = {};
  std::int64_t whole = 0;  ///< also a truth
  double real = 0.0;
  std::vector<Expression> parts = {};
  int depth = 1;
};

/// @throws FilterError where the text is no expression
Expression parse_filter(std::string_view text);

/// @throws FilterError that shows the place in the text
[[noreturn]] void refuse_filter(std::string_view text, Span at, const std::string& reason,
                                const std::string& remedy);

}  // namespace skywright::alerts::detail
