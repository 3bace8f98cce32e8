/// A process that holds one kernel and answers one call after another.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <sys/types.h>

#include "skywright/plugin/detail/frame.h"
#include "skywright/plugin/detail/shared_frame.h"

namespace skywright::plugin::detail {

class KernelProcess {
 public:
  /// @throws InputError where the library cannot be used, the process ends or takes too long;
  /// ServiceError where the program that it runs is missing
  KernelProcess(const std::filesystem::path& library, double deadline_s);
  ~KernelProcess();
  KernelProcess(const KernelProcess&) = delete;
  KernelProcess& operator=(const KernelProcess&) = delete;

  /// What the library wrote about itself.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// After an error the process is gone, and this is of no more use.
  /// @throws InputError
  Answer call(const Frame& frame, std::span<double> results);

 private:
  /// The next message, of at most `room` bytes. @throws InputError where none comes
  std::size_t wait_for(void* bytes, std::size_t room, const char* activity);
  /// End the process and tell how it ended.
  std::string ended();

  std::filesystem::path library_;
  double deadline_s_;
  pid_t pid_ = -1;
  int socket_ = -1;
  int file_ = -1;
  std::unique_ptr<SharedMemory> memory_;
  std::string text_;
};

/// The program that kernels' processes run, skywright-kernel-host: the one that
/// SKYWRIGHT_KERNEL_HOST names, or beside the program or library that this is part of, or in
/// ../libexec of it. @throws ServiceError
std::filesystem::path kernel_host_program();

}  // namespace skywright::plugin::detail
