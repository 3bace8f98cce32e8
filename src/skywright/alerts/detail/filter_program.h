/// A compiled filter: what to read of a packet, and what to reckon with it on a stack.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/alerts/detail/filter_syntax.h"
#include "skywright/alerts/field_reader.h"
#include "skywright/sphere/region.h"

namespace skywright::alerts::detail {

/// Functions of values. Null in gives null out, but for `coalesce`.
enum class Function : std::uint8_t {
  abs,
  sqrt,
  exp,
  ln,
  log10,
  floor,
  ceil,
  round,
  pow,
  least,
  greatest,
  coalesce,
  mag,
  magerr,
  flux,
  separation,
  startswith,
  endswith,
  contains
};

/// Functions over the items of an array.
enum class Aggregate : std::uint8_t {
  count,
  any,
  all,
  min,
  max,
  sum,
  mean,
  median,
  std,
  first,
  last
};

struct FilterProgram {
  enum class Code : std::uint8_t {
    constant,  // push constants[a]
    value,     // push the packet's value a
    column,    // push the current item's value a
    negate,
    arithmetic,  // `kind` of the two on top
    compare,     // `kind` of the two on top
    member,      // whether the first of a values is among the others
    is_null,
    not_,
    join,       // `kind` and_ or or_ of the two on top
    skip_if,    // to instruction a where the top decides `kind` alone
    function,   // Function(b) of a values
    aggregate,  // loops[a], whose code ends before instruction b
    cone,       // whether the packet's place is in cones[a], and so on
    polygon,
    pixels
  };
  struct Instruction {
    Code code;
    Expression::Kind kind = Expression::Kind::null;
    int a = 0;
    int b = 0;
  };
  struct Range {
    int begin = 0;
    int end = 0;
  };
  /// Items of an array that meet a condition, and what of them is wanted.
  struct Loop {
    Aggregate what = Aggregate::count;
    int array = 0;
    Range condition = {};  ///< empty: all
    Range value = {};      ///< empty: the items themselves
  };
  struct Pixels {
    int order = 0;
    std::vector<std::int64_t> sorted;
  };

  explicit FilterProgram(const AvroNode& root) : reader(root) {}

  FieldReader reader;
  std::vector<Instruction> code;
  std::vector<FieldValue> constants;
  std::deque<std::string> texts;  ///< what text constants point at
  std::vector<Loop> loops;
  std::vector<sphere::Cone> cones;
  std::vector<sphere::ConvexPolygon> polygons;
  std::vector<Pixels> pixels;
  int ra = -1;  ///< values of the packet's place [deg], where a region asks for it
  int dec = -1;
};

/// Check the types and write the code.
/// @throws FilterError
void compile_filter(std::string_view text, const Expression& tree, const AvroNode& root,
                    FilterProgram& program);

/// Run it over what was read. @returns truth or null
FieldValue run_filter(const FilterProgram& program, const PacketFields& fields,
                      std::vector<FieldValue>& stack);

/// A function of values, on its arguments. Also used to fold what is constant.
FieldValue applied(Function function, std::span<const FieldValue> arguments);
FieldValue applied(Expression::Kind kind, const FieldValue& a, const FieldValue& b);
FieldValue compared(Expression::Kind kind, const FieldValue& a, const FieldValue& b);

}  // namespace skywright::alerts::detail
