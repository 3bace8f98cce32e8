/// The body of `skywright kernel check`: is a user kernel fit for use, and what does a call cost?
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/plugin/kernel.h"

namespace skywright::pipelines {

struct KernelCheckRequest {
  std::filesystem::path library;
  std::vector<std::string> parameters;  ///< "name=value"
  int side = 31;                        ///< of stamps and PSFs, odd [pixel]
  int count = 64;                       ///< items in a call
  double deadline_s = 10.0;             ///< of a call
};

/// Of calls one way: in this process, or isolated.
struct CallCosts {
  double overhead_us = 0.0;       ///< a call with one item takes longer than the kernel by this
  double item_us = 0.0;           ///< an item in calls of many, all included
  double item_overhead_us = 0.0;  ///< of it, beside the kernel
};

struct KernelCheck {
  plugin::Description description;
  std::string checksum;            ///< of the library, as keys hold it
  double kernel_us = 0.0;          ///< an item, in the kernel itself
  std::vector<double> first_item;  ///< results of the first made item
  CallCosts plain;
  CallCosts isolated;
};

/// Load a kernel in a process of its own, try it on made input (plugin/trial.h) there and then in
/// this process, and time both.
/// @throws InputError for a kernel that cannot be used: it does not load, crashes, is too slow,
/// leaves results unset or of a wrong kind, or gives others the second time, in other company or in
/// another process; ConfigError for parameters; ServiceError without the program that isolates
KernelCheck check_kernel(const KernelCheckRequest& request);

}  // namespace skywright::pipelines
