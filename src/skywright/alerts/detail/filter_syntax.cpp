#include "skywright/alerts/detail/filter_syntax.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "skywright/alerts/filter.h"

namespace skywright::alerts::detail {
namespace {

using Kind = Expression::Kind;

constexpr std::size_t kLongest = 1 << 16;
constexpr int kDeepest = 200;  ///< of the tree, and of brackets

struct Token {
  enum class Kind : std::uint8_t { end, number, text, word, sign };
  Kind kind = Kind::end;
  Span span;
  std::string value;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Cuts the text into tokens, one at a time.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    pass_blanks();
    Token token{.kind = Token::Kind::end, .span = {at_, at_}, .value = {}};
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (begins_word(c)) return word();
    if (c == '\'' || c == '"') return quoted(c);
    return sign();
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void pass_blanks() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
        ++at_;
      else
        return;
    }
  }
  Token made(Token::Kind kind, std::size_t begin) {
    return {kind, {begin, at_}, std::string(text_.substr(begin, at_ - begin))};
  }
  Token number() {
    const std::size_t begin = at_;
    const auto digits = [&] {
      while (is_digit(peek(0))) ++at_;
    };
    digits();
    if (peek(0) == '.') {
      ++at_;
      digits();
    }
    if (peek(0) == 'e' || peek(0) == 'E') {
      const std::size_t sign = peek(1) == '-' || peek(1) == '+' ? 2 : 1;
      if (is_digit(peek(sign))) {
        at_ += sign;
        digits();
      }
    }
    if (begins_word(peek(0)))
      refuse_filter(text_, {begin, at_ + 1}, "a number runs into a word",
                    "put a sign or a blank between them");
    return made(Token::Kind::number, begin);
  }
  Token word() {
    const std::size_t begin = at_;
    const auto letters = [&] {
      while (begins_word(peek(0)) || is_digit(peek(0))) ++at_;
    };
    letters();
    while (peek(0) == '.' && begins_word(peek(1))) {
      ++at_;
      letters();
    }
    return made(Token::Kind::word, begin);
  }
  /// A quote within a text is written twice.
  Token quoted(char quote) {
    const std::size_t begin = at_++;
    Token token{.kind = Token::Kind::text, .span = {}, .value = {}};
    for (;;) {
      if (at_ == text_.size())
        refuse_filter(text_, {begin, begin + 1}, "a text does not end",
                      std::string("close it by ") + quote);
      const char c = text_[at_++];
      if (c == quote && peek(0) != quote) break;
      if (c == quote) ++at_;
      token.value += c;
    }
    token.span = {begin, at_};
    return token;
  }
  Token sign() {
    const std::size_t begin = at_;
    constexpr std::array<std::string_view, 6> kPairs = {"<=", ">=", "!=", "==", "**", "<>"};
    const std::string_view pair = text_.substr(at_, 2);
    at_ += std::find(kPairs.begin(), kPairs.end(), pair) != kPairs.end() ? 2 : 1;
    const Token token = made(Token::Kind::sign, begin);
    if (token.value.size() == 1 &&
        std::string_view("()+-*/<>=,").find(token.value) == std::string_view::npos) {
      const char c = token.value[0];
      refuse_filter(text_, token.span, "a sign that has no meaning here",
                    c == '&'   ? "write `and`"
                    : c == '|' ? "write `or`"
                    : c == '!' ? "write `not`"
                    : c == '^' ? "a power is written **"
                               : "see docs/guides/alerts.md for what a filter may hold");
    }
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) { advance(); }

  Expression whole_text() {
    Expression made = either();
    if (now_.kind != Token::Kind::end)
      refuse_filter(text_, now_.span, "the expression has ended before this",
                    "join expressions by `and` or `or`");
    return made;
  }

 private:
  void advance() {
    last_ = now_.span;
    now_ = lexer_.next();
  }
  [[nodiscard]] bool at_sign(std::string_view sign) const {
    return now_.kind == Token::Kind::sign && now_.value == sign;
  }
  [[nodiscard]] bool at_word(std::string_view word) const {
    return now_.kind == Token::Kind::word && now_.value == word;
  }
  bool take_sign(std::string_view sign) {
    const bool there = at_sign(sign);
    if (there) advance();
    return there;
  }
  bool take_word(std::string_view word) {
    const bool there = at_word(word);
    if (there) advance();
    return there;
  }
  void need_sign(std::string_view sign, const std::string& what) {
    if (!take_sign(sign))
      refuse_filter(text_, now_.span, what, "put " + std::string(sign) + " here");
  }

  Expression joined(Kind kind, std::vector<Expression> parts) {
    Expression made{.kind = kind, .span = {parts.front().span.begin, last_.end}};
    for (const Expression& part : parts) made.depth = std::max(made.depth, part.depth + 1);
    if (made.depth > kDeepest)
      refuse_filter(text_, made.span, "the expression nests too deeply",
                    "say it in fewer steps; `in` takes long lists");
    made.parts = std::move(parts);
    return made;
  }
  Expression joined(Kind kind, Expression one, Expression other) {
    std::vector<Expression> parts;
    parts.push_back(std::move(one));
    parts.push_back(std::move(other));
    return joined(kind, std::move(parts));
  }
  Expression joined_from(std::size_t begin, Kind kind, Expression part) {
    std::vector<Expression> parts;
    parts.push_back(std::move(part));
    Expression made = joined(kind, std::move(parts));
    made.span.begin = begin;
    return made;
  }

  /// Brackets, `not` and signs call back to the start of the grammar: counted, as the stack is
  /// short.
  struct Level {
    Parser& parser;
    explicit Level(Parser& p) : parser(p) {
      if (++parser.level_ > kDeepest)
        refuse_filter(parser.text_, parser.now_.span, "the expression nests too deeply",
                      "take some brackets away");
    }
    ~Level() { --parser.level_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
  };

  Expression either() {
    const Level level(*this);
    std::vector<Expression> parts;
    parts.push_back(both());
    while (take_word("or")) parts.push_back(both());
    return parts.size() == 1 ? std::move(parts[0]) : joined(Kind::or_, std::move(parts));
  }
  Expression both() {
    std::vector<Expression> parts;
    parts.push_back(negated());
    while (take_word("and")) parts.push_back(negated());
    return parts.size() == 1 ? std::move(parts[0]) : joined(Kind::and_, std::move(parts));
  }
  Expression negated() {
    const Level level(*this);
    const std::size_t begin = now_.span.begin;
    if (take_word("not")) return joined_from(begin, Kind::not_, negated());
    return comparison();
  }

  [[nodiscard]] bool at_relation(Kind& kind) const {
    constexpr std::array<std::pair<std::string_view, Kind>, 8> kRelations = {
        {{"=", Kind::equal},
         {"==", Kind::equal},
         {"!=", Kind::unequal},
         {"<>", Kind::unequal},
         {"<", Kind::less},
         {"<=", Kind::less_equal},
         {">", Kind::greater},
         {">=", Kind::greater_equal}}};
    for (const auto& [sign, relation] : kRelations)
      if (at_sign(sign)) {
        kind = relation;
        return true;
      }
    return false;
  }

  /// a < b < c is a < b and b < c.
  Expression comparison() {
    Expression left = sum();
    Kind kind{};
    std::vector<Expression> chain;
    while (at_relation(kind)) {
      advance();
      Expression right = sum();
      Expression next = right;
      chain.push_back(joined(kind, std::move(left), std::move(right)));
      left = std::move(next);
    }
    if (chain.size() == 1) return std::move(chain[0]);
    if (chain.size() > 1) return joined(Kind::and_, std::move(chain));
    if (take_word("is")) {
      const bool negative = take_word("not");
      if (!take_word("null"))
        refuse_filter(text_, now_.span, "after `is` comes `null` or `not null`",
                      "compare by = for all else");
      const std::size_t begin = left.span.begin;
      Expression made = joined_from(begin, Kind::is_null, std::move(left));
      return negative ? joined_from(begin, Kind::not_, std::move(made)) : std::move(made);
    }
    const bool negative = take_word("not");
    if (take_word("in")) {
      need_sign("(", "a list follows `in`");
      std::vector<Expression> parts;
      parts.push_back(std::move(left));
      do parts.push_back(sum());
      while (take_sign(","));
      need_sign(")", "the list is not closed");
      const std::size_t begin = parts[0].span.begin;
      Expression made = joined(Kind::member, std::move(parts));
      return negative ? joined_from(begin, Kind::not_, std::move(made)) : std::move(made);
    }
    if (negative)
      refuse_filter(text_, now_.span, "after a value `not` must be followed by `in`",
                    "join expressions by `and` or `or`");
    return left;
  }
  Expression sum() {
    Expression left = product();
    for (;;) {
      const bool plus = at_sign("+");
      if (!plus && !at_sign("-")) return left;
      advance();
      Expression right = product();
      left = joined(plus ? Kind::add : Kind::subtract, std::move(left), std::move(right));
    }
  }
  Expression product() {
    Expression left = signed_value();
    for (;;) {
      const bool times = at_sign("*");
      if (!times && !at_sign("/")) return left;
      advance();
      Expression right = signed_value();
      left = joined(times ? Kind::multiply : Kind::divide, std::move(left), std::move(right));
    }
  }
  Expression signed_value() {
    const Level level(*this);
    const std::size_t begin = now_.span.begin;
    if (take_sign("+")) return signed_value();
    if (take_sign("-")) return joined_from(begin, Kind::negate, signed_value());
    Expression base = value();
    if (!take_sign("**")) return base;
    Expression exponent = signed_value();
    return joined(Kind::power, std::move(base), std::move(exponent));
  }
  Expression value() {
    const Token token = now_;
    switch (token.kind) {
      case Token::Kind::number:
        advance();
        return number(token);
      case Token::Kind::text:
        advance();
        return {.kind = Kind::text, .span = token.span, .word = token.value};
      case Token::Kind::word:
        return word(token);
      case Token::Kind::sign:
        if (take_sign("(")) {
          Expression inner = either();
          need_sign(")", "a bracket is not closed");
          inner.span = {token.span.begin, last_.end};
          return inner;
        }
        break;
      case Token::Kind::end:
        break;
    }
    refuse_filter(text_, token.span,
                  token.kind == Token::Kind::end ? "the text ends where a value is due"
                                                 : "a value is due here",
                  "a field, a number, a text in quotes, a function or a bracket");
  }
  Expression number(const Token& token) {
    const char* begin = token.value.data();
    const char* end = begin + token.value.size();
    Expression made{.kind = Kind::whole, .span = token.span};
    if (const auto read = std::from_chars(begin, end, made.whole);
        read.ec == std::errc{} && read.ptr == end)
      return made;
    made.kind = Kind::real;
    if (const auto read = std::from_chars(begin, end, made.real);
        read.ec != std::errc{} || read.ptr != end)
      refuse_filter(text_, token.span, "a number that is out of range",
                    "numbers reach from 1e-307 to 1e308");
    return made;
  }
  Expression word(const Token& token) {
    for (const std::string_view reserved : {"and", "or", "in", "is", "not"})
      if (token.value == reserved)
        refuse_filter(text_, token.span, "a value is due before `" + token.value + "`",
                      "say what it is about");
    advance();
    if (token.value == "true" || token.value == "false")
      return {.kind = Kind::truth, .span = token.span, .whole = token.value == "true" ? 1 : 0};
    if (token.value == "null") return {.kind = Kind::null, .span = token.span};
    if (!take_sign("(")) return {.kind = Kind::field, .span = token.span, .word = token.value};
    Expression made{.kind = Kind::call, .span = token.span, .word = token.value};
    if (!at_sign(")")) {
      do made.parts.push_back(either());
      while (take_sign(","));
    }
    need_sign(")", "the function's bracket is not closed");
    made.span.end = last_.end;
    for (const Expression& part : made.parts) made.depth = std::max(made.depth, part.depth + 1);
    return made;
  }

  std::string_view text_;
  Lexer lexer_;
  Token now_;
  Span last_;
  int level_ = 0;
};

}  // namespace

void refuse_filter(std::string_view text, Span at, const std::string& reason,
                   const std::string& remedy) {
  const std::size_t begin = std::min(at.begin, text.size());
  const std::size_t line_begin = begin == 0 ? 0
                                 : text.rfind('\n', begin - 1) == std::string_view::npos
                                     ? 0
                                     : text.rfind('\n', begin - 1) + 1;
  const std::size_t line_end = std::min(text.find('\n', begin), text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(begin), '\n');
  // A long line is shown about the place alone.
  constexpr std::size_t kShown = 100;
  std::size_t from = line_begin;
  std::size_t to = line_end;
  if (to - from > kShown) {
    from = std::max(from, begin > kShown / 2 ? begin - kShown / 2 : 0);
    to = std::min(to, from + kShown);
  }
  const std::size_t marked =
      std::clamp<std::size_t>(std::min(at.end, to) - std::min(begin, at.end), 1, kShown);
  std::string picture(text.substr(from, to - from));
  std::replace_if(
      picture.begin(), picture.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  picture += "\n" + std::string(begin - from, ' ') + std::string(marked, '^');
  throw FilterError(
      "filter, line " + std::to_string(line) + ", column " + std::to_string(begin - line_begin + 1),
      reason, remedy, picture);
}

Expression parse_filter(std::string_view text) {
  if (text.size() > kLongest)
    refuse_filter(text, {0, 0}, "the text is longer than 65536 characters",
                  "say it shorter, or filter twice");
  return Parser(text).whole_text();
}

}  // namespace skywright::alerts::detail
