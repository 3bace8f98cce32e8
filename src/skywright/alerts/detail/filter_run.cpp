#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "skywright/alerts/detail/filter_program.h"
#include "skywright/sphere/healpix.h"

namespace skywright::alerts::detail {
namespace {

using Kind = Expression::Kind;
using Code = FilterProgram::Code;
using ValueKind = FieldValue::Kind;

constexpr double kZeroPoint = 31.4;  ///< AB magnitude of 1 nJy

bool is_null(const FieldValue& v) { return v.kind == ValueKind::null; }
double number(const FieldValue& v) {
  return v.kind == ValueKind::whole ? static_cast<double>(v.whole) : v.real;
}

/// -1, 0 or 1. Wholes are exact: ids are wider than a double's 53 bits. @pre of one sort
int order(const FieldValue& a, const FieldValue& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (a.kind == ValueKind::text) return sign(a.text, b.text);
  if (a.kind == ValueKind::real && b.kind == ValueKind::real) return sign(a.real, b.real);
  if (a.kind != ValueKind::real && b.kind != ValueKind::real) return sign(a.whole, b.whole);
  // A long double holds every 64-bit whole and every double.
  const auto wide = [](const FieldValue& v) {
    return v.kind == ValueKind::real ? static_cast<long double>(v.real)
                                     : static_cast<long double>(v.whole);
  };
  return sign(wide(a), wide(b));
}

/// Whether a value alone decides `and` (false) or `or` (true).
bool decides(Kind kind, const FieldValue& v) {
  return v.kind == ValueKind::truth && (v.whole != 0) == (kind == Kind::or_);
}

/// Kleene's three-valued logic.
FieldValue joined(Kind kind, const FieldValue& a, const FieldValue& b) {
  if (decides(kind, a)) return a;
  if (decides(kind, b)) return b;
  return is_null(a) ? a : b;
}

FieldValue member(std::span<const FieldValue> values) {
  const FieldValue& wanted = values.front();
  if (is_null(wanted)) return {};
  bool unknown = false;
  for (const FieldValue& candidate : values.subspan(1)) {
    if (is_null(candidate))
      unknown = true;
    else if (order(wanted, candidate) == 0)
      return FieldValue::of_truth(true);
  }
  return unknown ? FieldValue{} : FieldValue::of_truth(false);
}

/// What an array's items come to.
class Tally {
 public:
  explicit Tally(Aggregate what) : what_(what) {}

  /// @returns false where no further item can change the result
  bool add(const FieldValue& v) {
    switch (what_) {
      case Aggregate::any:
      case Aggregate::all: {
        const Kind kind = what_ == Aggregate::any ? Kind::or_ : Kind::and_;
        logic_ = joined(kind, logic_, v);
        return !decides(kind, v);
      }
      case Aggregate::count:
        if (!is_null(v)) ++count_;
        return true;
      default:
        break;
    }
    if (is_null(v)) return true;
    ++count_;
    const bool first = count_ == 1;
    if (what_ == Aggregate::first || what_ == Aggregate::last || first ||
        (what_ == Aggregate::min ? order(v, kept_) < 0
                                 : what_ == Aggregate::max && order(v, kept_) > 0))
      kept_ = v;
    if (what_ == Aggregate::sum || what_ == Aggregate::mean || what_ == Aggregate::std ||
        what_ == Aggregate::median)
      numbers_.push_back(number(v));
    return what_ != Aggregate::first;
  }

  FieldValue result() {
    switch (what_) {
      case Aggregate::count:
        return FieldValue::of_whole(count_);
      case Aggregate::any:
      case Aggregate::all:
        return logic_;
      case Aggregate::sum:
        return FieldValue::of_real(sum());
      case Aggregate::mean:
        return count_ == 0 ? FieldValue{} : FieldValue::of_real(sum() / size());
      case Aggregate::std:
        return deviation();
      case Aggregate::median:
        return median();
      default:
        return kept_;
    }
  }

 private:
  [[nodiscard]] double size() const { return static_cast<double>(numbers_.size()); }
  [[nodiscard]] double sum() const {
    double total = 0.0;
    for (const double v : numbers_) total += v;
    return total;
  }
  [[nodiscard]] FieldValue deviation() const {
    if (numbers_.size() < 2) return {};
    const double mean = sum() / size();
    double squares = 0.0;
    for (const double v : numbers_) squares += (v - mean) * (v - mean);
    return FieldValue::of_real(std::sqrt(squares / (size() - 1.0)));
  }
  FieldValue median() {
    if (numbers_.empty()) return {};
    std::sort(numbers_.begin(), numbers_.end());
    const std::size_t middle = numbers_.size() / 2;
    return FieldValue::of_real(numbers_.size() % 2 == 1
                                   ? numbers_[middle]
                                   : (numbers_[middle - 1] + numbers_[middle]) / 2.0);
  }

  Aggregate what_;
  std::int64_t count_ = 0;
  FieldValue kept_;
  FieldValue logic_ = FieldValue::of_truth(what_ == Aggregate::all);
  std::vector<double> numbers_;
};

struct Run {
  const FilterProgram& program;
  const PacketFields& fields;
  std::vector<FieldValue>& stack;
  const PacketFields::Array* array = nullptr;  ///< whose items are looped over
  std::size_t item = 0;
  std::optional<sphere::UnitVector> place = {};

  FieldValue take() {
    const FieldValue v = stack.back();
    stack.pop_back();
    return v;
  }
  void push(const FieldValue& v) { stack.push_back(v); }

  /// The packet's place; none where it has none.
  bool find_place() {
    if (place) return true;
    const FieldValue& ra = fields.values[static_cast<std::size_t>(program.ra)];
    const FieldValue& dec = fields.values[static_cast<std::size_t>(program.dec)];
    if (is_null(ra) || is_null(dec)) return false;
    place = sphere::unit_vector(sphere::SkyPosition::from_degrees(number(ra), number(dec)));
    return true;
  }
  template <class Contains>
  void push_region(const Contains& contains) {
    push(find_place() ? FieldValue::of_truth(contains(*place)) : FieldValue{});
  }

  void run(int begin, int end) {
    for (int at = begin; at < end; ++at) {
      const FilterProgram::Instruction& now = program.code[static_cast<std::size_t>(at)];
      const auto a = static_cast<std::size_t>(now.a);
      switch (now.code) {
        case Code::constant:
          push(program.constants[a]);
          break;
        case Code::value:
          push(fields.values[a]);
          break;
        case Code::column:
          push(array->columns[a][item]);
          break;
        case Code::negate: {
          const FieldValue v = take();
          // 0 - v, but for the sign of zero, which no comparison sees.
          push(applied(Kind::subtract, FieldValue::of_whole(0), v));
          break;
        }
        case Code::arithmetic:
        case Code::compare: {
          const FieldValue right = take();
          const FieldValue left = take();
          push(now.code == Code::compare ? compared(now.kind, left, right)
                                         : applied(now.kind, left, right));
          break;
        }
        case Code::member:
          replace(a, member(top(a)));
          break;
        case Code::is_null:
          push(FieldValue::of_truth(is_null(take())));
          break;
        case Code::not_: {
          const FieldValue v = take();
          push(is_null(v) ? v : FieldValue::of_truth(v.whole == 0));
          break;
        }
        case Code::join: {
          const FieldValue right = take();
          const FieldValue left = take();
          push(joined(now.kind, left, right));
          break;
        }
        case Code::skip_if:
          if (decides(now.kind, stack.back())) at = now.a - 1;
          break;
        case Code::function:
          replace(a, applied(static_cast<Function>(now.b), top(a)));
          break;
        case Code::aggregate:
          push(looped(program.loops[a]));
          at = now.b - 1;
          break;
        case Code::cone:
          push_region([&](const auto& v) { return program.cones[a].contains(v); });
          break;
        case Code::polygon:
          push_region([&](const auto& v) { return program.polygons[a].contains(v); });
          break;
        case Code::pixels:
          push_region([&](const auto& v) {
            const auto& list = program.pixels[a];
            return std::binary_search(list.sorted.begin(), list.sorted.end(),
                                      sphere::healpix::pixel_at(v, list.order));
          });
          break;
      }
    }
  }

  std::span<const FieldValue> top(std::size_t count) {
    return {stack.data() + (stack.size() - count), count};
  }
  void replace(std::size_t count, FieldValue by) {
    stack.resize(stack.size() - count);
    push(by);
  }

  FieldValue looped(const FilterProgram::Loop& loop) {
    array = &fields.arrays[static_cast<std::size_t>(loop.array)];
    Tally tally(loop.what);
    for (item = 0; item < array->length; ++item) {
      if (loop.condition.begin != loop.condition.end) {
        run(loop.condition.begin, loop.condition.end);
        const FieldValue met = take();
        if (is_null(met) || met.whole == 0) continue;
      }
      FieldValue value = FieldValue::of_truth(true);
      if (loop.value.begin != loop.value.end) {
        run(loop.value.begin, loop.value.end);
        value = take();
      }
      if (!tally.add(value)) break;
    }
    array = nullptr;
    return tally.result();
  }
};

}  // namespace

FieldValue compared(Kind kind, const FieldValue& a, const FieldValue& b) {
  if (is_null(a) || is_null(b)) return {};
  const int sign = order(a, b);
  switch (kind) {
    case Kind::equal:
      return FieldValue::of_truth(sign == 0);
    case Kind::unequal:
      return FieldValue::of_truth(sign != 0);
    case Kind::less:
      return FieldValue::of_truth(sign < 0);
    case Kind::less_equal:
      return FieldValue::of_truth(sign <= 0);
    case Kind::greater:
      return FieldValue::of_truth(sign > 0);
    default:
      return FieldValue::of_truth(sign >= 0);
  }
}

FieldValue applied(Kind kind, const FieldValue& a, const FieldValue& b) {
  if (is_null(a) || is_null(b)) return {};
  if (a.kind == ValueKind::whole && b.kind == ValueKind::whole) {
    std::int64_t out = 0;
    if (kind == Kind::add && !__builtin_add_overflow(a.whole, b.whole, &out))
      return FieldValue::of_whole(out);
    if (kind == Kind::subtract && !__builtin_sub_overflow(a.whole, b.whole, &out))
      return FieldValue::of_whole(out);
    if (kind == Kind::multiply && !__builtin_mul_overflow(a.whole, b.whole, &out))
      return FieldValue::of_whole(out);
  }
  const double x = number(a);
  const double y = number(b);
  switch (kind) {
    case Kind::add:
      return FieldValue::of_real(x + y);
    case Kind::subtract:
      return FieldValue::of_real(x - y);
    case Kind::multiply:
      return FieldValue::of_real(x * y);
    case Kind::divide:
      return FieldValue::of_real(x / y);
    default:
      return FieldValue::of_real(std::pow(x, y));
  }
}

FieldValue applied(Function function, std::span<const FieldValue> v) {
  if (function == Function::coalesce) {
    for (const FieldValue& candidate : v)
      if (!is_null(candidate)) return candidate;
    return {};
  }
  for (const FieldValue& argument : v)
    if (is_null(argument)) return {};
  const auto x = [&](std::size_t i) { return number(v[i]); };
  switch (function) {
    case Function::abs:
      if (v[0].kind == ValueKind::whole && v[0].whole >= 0) return v[0];
      if (v[0].kind == ValueKind::whole)
        return applied(Kind::subtract, FieldValue::of_whole(0), v[0]);
      return FieldValue::of_real(std::fabs(x(0)));
    case Function::sqrt:
      return FieldValue::of_real(std::sqrt(x(0)));
    case Function::exp:
      return FieldValue::of_real(std::exp(x(0)));
    case Function::ln:
      return FieldValue::of_real(std::log(x(0)));
    case Function::log10:
      return FieldValue::of_real(std::log10(x(0)));
    case Function::floor:
      return FieldValue::of_real(std::floor(x(0)));
    case Function::ceil:
      return FieldValue::of_real(std::ceil(x(0)));
    case Function::round:
      return FieldValue::of_real(std::round(x(0)));
    case Function::pow:
      return FieldValue::of_real(std::pow(x(0), x(1)));
    case Function::least:
      return *std::min_element(v.begin(), v.end(),
                               [](const auto& a, const auto& b) { return order(a, b) < 0; });
    case Function::greatest:
      return *std::max_element(v.begin(), v.end(),
                               [](const auto& a, const auto& b) { return order(a, b) < 0; });
    case Function::mag:
      return FieldValue::of_real(kZeroPoint - 2.5 * std::log10(x(0)));
    case Function::magerr:
      if (!(x(0) > 0.0)) return {};
      return FieldValue::of_real(2.5 / std::log(10.0) * x(1) / x(0));
    case Function::flux:
      return FieldValue::of_real(std::pow(10.0, (kZeroPoint - x(0)) / 2.5));
    case Function::separation:
      return FieldValue::of_real(sphere::separation(sphere::SkyPosition::from_degrees(x(0), x(1)),
                                                    sphere::SkyPosition::from_degrees(x(2), x(3)))
                                     .degrees());
    case Function::startswith:
      return FieldValue::of_truth(v[0].text.starts_with(v[1].text));
    case Function::endswith:
      return FieldValue::of_truth(v[0].text.ends_with(v[1].text));
    case Function::contains:
      return FieldValue::of_truth(v[0].text.find(v[1].text) != std::string_view::npos);
    case Function::coalesce:
      break;
  }
  return {};
}

FieldValue run_filter(const FilterProgram& program, const PacketFields& fields,
                      std::vector<FieldValue>& stack) {
  stack.clear();
  Run run{program, fields, stack};
  // The loops' own code lies behind the instruction that runs it and is passed over.
  run.run(0, static_cast<int>(program.code.size()));
  return run.take();
}

}  // namespace skywright::alerts::detail
