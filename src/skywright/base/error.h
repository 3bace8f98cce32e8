/// Errors that reach a user, and the exit code that each one ends the program with.
///
/// Which to throw: a wrong option, key, unit or range is a ConfigError; data that cannot be used is
/// an InputError; a disk that is full, locked or unwritable is a StorageError; a service that is
/// away is a ServiceError; a stop that was asked for is Stopped. A broken promise between our own
/// functions is an assertion, not an error. One bad source sets a flag; it throws nothing.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace skywright {

/// Exit codes of the program, a public promise (docs/architecture.md).
enum class ExitCode : int {
  complete = 0,
  internal = 1,
  usage = 2,
  partial = 3,
  bad_input = 4,
  storage = 5,
  service = 6,
};

/// What went wrong, why, and what the reader can do, in one line: "problem: reason; remedy".
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, std::string_view problem, std::string_view reason, std::string_view remedy);

  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// A wrong option, configuration key, unit or range (exit code 2).
class ConfigError : public Error {
 public:
  ConfigError(std::string_view problem, std::string_view reason, std::string_view remedy)
      : Error(ExitCode::usage, problem, reason, remedy) {}
};

/// Input data that cannot be used (exit code 4).
class InputError : public Error {
 public:
  InputError(std::string_view problem, std::string_view reason, std::string_view remedy)
      : Error(ExitCode::bad_input, problem, reason, remedy) {}
};

/// A path that cannot be written, a full disk, a locked file (exit code 5).
class StorageError : public Error {
 public:
  StorageError(std::string_view problem, std::string_view reason, std::string_view remedy)
      : Error(ExitCode::storage, problem, reason, remedy) {}
};

/// A service that the work depends on is not there (exit code 6).
class ServiceError : public Error {
 public:
  ServiceError(std::string_view problem, std::string_view reason, std::string_view remedy)
      : Error(ExitCode::service, problem, reason, remedy) {}
};

/// The work was asked to stop and can be taken up again (exit code 3).
class Stopped : public Error {
 public:
  Stopped();
};

}  // namespace skywright
