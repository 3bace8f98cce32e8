/// What may be called in a filter, and the kinds of values that calls take and give.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "skywright/alerts/avro_schema.h"
#include "skywright/alerts/detail/filter_program.h"
#include "skywright/alerts/detail/filter_syntax.h"

namespace skywright::alerts::detail {

/// `thing`: a record, an array, bytes: there or not, and no more.
enum class Type : std::uint8_t { null, truth, number, text, thing };

const char* name_of(Type type);
/// Of a schema's node that is no union.
Type type_of(const AvroNode& node);

struct KnownFunction {
  std::string_view name;
  Function function;
  std::size_t fewest;
  std::size_t most;
  Type takes;
  Type gives;
};
inline constexpr std::size_t kMany = 1000;
inline constexpr std::array<KnownFunction, 19> kFunctions = {{
    {"abs", Function::abs, 1, 1, Type::number, Type::number},
    {"sqrt", Function::sqrt, 1, 1, Type::number, Type::number},
    {"exp", Function::exp, 1, 1, Type::number, Type::number},
    {"ln", Function::ln, 1, 1, Type::number, Type::number},
    {"log10", Function::log10, 1, 1, Type::number, Type::number},
    {"floor", Function::floor, 1, 1, Type::number, Type::number},
    {"ceil", Function::ceil, 1, 1, Type::number, Type::number},
    {"round", Function::round, 1, 1, Type::number, Type::number},
    {"pow", Function::pow, 2, 2, Type::number, Type::number},
    {"least", Function::least, 1, kMany, Type::number, Type::number},
    {"greatest", Function::greatest, 1, kMany, Type::number, Type::number},
    {"coalesce", Function::coalesce, 1, kMany, Type::null, Type::null},  // of any one type
    {"mag", Function::mag, 1, 1, Type::number, Type::number},
    {"magerr", Function::magerr, 2, 2, Type::number, Type::number},
    {"flux", Function::flux, 1, 1, Type::number, Type::number},
    {"separation", Function::separation, 4, 4, Type::number, Type::number},
    {"startswith", Function::startswith, 2, 2, Type::text, Type::truth},
    {"endswith", Function::endswith, 2, 2, Type::text, Type::truth},
    {"contains", Function::contains, 2, 2, Type::text, Type::truth},
}};

inline constexpr std::array<std::pair<std::string_view, Aggregate>, 11> kAggregates = {
    {{"count", Aggregate::count},
     {"any", Aggregate::any},
     {"all", Aggregate::all},
     {"min", Aggregate::min},
     {"max", Aggregate::max},
     {"sum", Aggregate::sum},
     {"mean", Aggregate::mean},
     {"median", Aggregate::median},
     {"std", Aggregate::std},
     {"first", Aggregate::first},
     {"last", Aggregate::last}}};
inline constexpr std::array<std::string_view, 3> kRegions = {"cone", "polygon", "healpix"};

/// @throws FilterError naming what there is, or what was meant
[[noreturn]] void refuse_unknown_call(std::string_view text, const Expression& e);
/// @throws FilterError where a call has fewer or more arguments
void need_arguments(std::string_view text, const Expression& e, std::size_t fewest,
                    std::size_t most, const std::string& form);

}  // namespace skywright::alerts::detail
