/// Regions of the sky in a filter: cone, polygon, healpix.
#pragma once

#include <string_view>

#include "skywright/alerts/detail/filter_program.h"
#include "skywright/alerts/detail/filter_syntax.h"

namespace skywright::alerts::detail {

/// Adds the region that a call describes to the program. @returns the instruction that asks for it
/// @throws FilterError where its arguments are not plain numbers in range
FilterProgram::Instruction compile_region(std::string_view text, const Expression& e,
                                          FilterProgram& program);

}  // namespace skywright::alerts::detail
