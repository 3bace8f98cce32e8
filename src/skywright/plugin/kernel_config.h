/// Settings that every use of a user kernel has.
#pragma once

#include <string>
#include <vector>

#include "skywright/base/fields.h"

namespace skywright::plugin {

/// How a kernel is loaded and called, as configs hold it.
struct KernelConfig {
  std::string library;                  ///< path of the shared library
  std::vector<std::string> parameters;  ///< "name=value"
  bool serial = false;                  ///< one call at a time, even if it says reentrant
  bool isolated = false;                ///< in a process of its own
  double deadline_s = 10.0;             ///< of one call, where isolated
};
void describe(Fields& fields, KernelConfig& config);

}  // namespace skywright::plugin
