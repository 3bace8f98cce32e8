/// Where a kernel's function runs.
#pragma once

#include <filesystem>
#include <memory>

#include "skywright/plugin/description.h"
#include "skywright/plugin/detail/frame.h"

namespace skywright::plugin::detail {

class Runner {
 public:
  virtual ~Runner() = default;
  [[nodiscard]] virtual const Description& description() const = 0;
  /// @param results room for frame.result_size() numbers and the guard, unset
  /// @throws InputError where the kernel's process ends or is too slow
  virtual Answer run(const Frame& frame, std::span<double> results) = 0;
};

/// In this process. @throws InputError
std::unique_ptr<Runner> local_runner(const std::filesystem::path& library);
/// In processes of its own, one for each thread that calls at once. @throws InputError;
/// ServiceError where the program that does it is missing
std::unique_ptr<Runner> isolated_runner(const std::filesystem::path& library, double deadline_s);

}  // namespace skywright::plugin::detail
