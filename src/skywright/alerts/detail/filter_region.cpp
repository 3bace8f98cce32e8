#include "skywright/alerts/detail/filter_region.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "skywright/alerts/detail/filter_calls.h"
#include "skywright/base/error.h"
#include "skywright/sphere/healpix.h"

namespace skywright::alerts::detail {
namespace {

using Kind = Expression::Kind;
using Code = FilterProgram::Code;
using Instruction = FilterProgram::Instruction;

template <class T>
int index_of_last(const std::vector<T>& all) {
  return static_cast<int>(all.size()) - 1;
}

/// One call of a region; its arguments are numbers as they stand.
class RegionCall {
 public:
  RegionCall(std::string_view text, const Expression& call) : text_(text), call_(call) {
    for (const Expression& part : call.parts) {
      const bool negative = part.kind == Kind::negate;
      const Expression& number = negative ? part.parts[0] : part;
      if (number.kind != Kind::whole && number.kind != Kind::real)
        refuse(part, "a region is given in plain numbers",
               "for a place that a field gives, write separation(RA, DEC, RA, DEC) < DEGREES");
      const double v = number.kind == Kind::whole ? static_cast<double>(number.whole) : number.real;
      values_.push_back(negative ? -v : v);
    }
  }

  Instruction cone(FilterProgram& program) const {
    need_arguments(text_, call_, 3, 3, "cone(RA, DEC, RADIUS) in degrees");
    if (!(values_[2] >= 0.0 && values_[2] <= 180.0))
      refuse(call_, "the radius is out of range", "0 to 180 degrees");
    program.cones.push_back(
        {vertex(values_[0], values_[1]), sphere::Angle::from_degrees(values_[2])});
    return {.code = Code::cone, .a = index_of_last(program.cones)};
  }

  Instruction polygon(FilterProgram& program) const {
    need_arguments(text_, call_, 6, kMany, "polygon(RA, DEC, RA, DEC, RA, DEC, ...) in degrees");
    if (values_.size() % 2 != 0)
      refuse(call_, "a vertex lacks its declination", "give pairs RA, DEC");
    std::vector<sphere::UnitVector> vertices;
    for (std::size_t i = 0; i < values_.size(); i += 2)
      vertices.push_back(vertex(values_[i], values_[i + 1]));
    try {
      program.polygons.emplace_back(vertices);
    } catch (const InputError& error) {
      refuse(call_, error.what(), "join convex polygons by `or`");
    }
    return {.code = Code::polygon, .a = index_of_last(program.polygons)};
  }

  Instruction healpix(FilterProgram& program) const {
    need_arguments(text_, call_, 2, 1 << 16, "healpix(ORDER, PIXEL, PIXEL, ...), NESTED");
    for (const Expression& part : call_.parts)
      if (part.kind != Kind::whole) refuse(part, "a pixel is a whole number", "0 is the first");
    if (!(values_[0] >= 0.0 && values_[0] <= sphere::healpix::kMaxOrder))
      refuse(call_.parts[0], "the order is out of range", "0 to 29");
    FilterProgram::Pixels pixels{.order = static_cast<int>(values_[0]), .sorted = {}};
    for (std::size_t i = 1; i < call_.parts.size(); ++i) {
      const Expression& pixel = call_.parts[i];
      if (pixel.whole >= sphere::healpix::pixel_count(pixels.order))
        refuse(pixel, "no pixel of this order has such a number",
               "there are 12 * 4**ORDER, in the NESTED scheme");
      pixels.sorted.push_back(pixel.whole);
    }
    std::sort(pixels.sorted.begin(), pixels.sorted.end());
    program.pixels.push_back(std::move(pixels));
    return {.code = Code::pixels, .a = index_of_last(program.pixels)};
  }

 private:
  [[noreturn]] void refuse(const Expression& at, const std::string& reason,
                           const std::string& remedy) const {
    refuse_filter(text_, at.span, reason, remedy);
  }
  [[nodiscard]] sphere::UnitVector vertex(double ra, double dec) const {
    if (!(ra >= -360.0 && ra <= 360.0 && dec >= -90.0 && dec <= 90.0))
      refuse(call_, "a place is out of range",
             "right ascension first, then declination, in degrees");
    return sphere::unit_vector(sphere::SkyPosition::from_degrees(ra, dec));
  }

  std::string_view text_;
  const Expression& call_;
  std::vector<double> values_;
};

}  // namespace

FilterProgram::Instruction compile_region(std::string_view text, const Expression& e,
                                          FilterProgram& program) {
  const RegionCall call(text, e);
  if (e.word == "cone") return call.cone(program);
  if (e.word == "polygon") return call.polygon(program);
  return call.healpix(program);
}

}  // namespace skywright::alerts::detail
