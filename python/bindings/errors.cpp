// Errors of the core as exceptions of skywright.errors, the program's message unchanged.
#include <filesystem>
#include <string>

#include "bindings.h"
#include "skywright/base/error.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;

const char* class_of(ExitCode code) {
  switch (code) {
    case ExitCode::usage:
      return "ConfigError";
    case ExitCode::partial:
      return "Stopped";
    case ExitCode::bad_input:
      return "InputError";
    case ExitCode::storage:
      return "StorageError";
    case ExitCode::service:
      return "ServiceError";
    case ExitCode::complete:
    case ExitCode::internal:
      break;
  }
  return "InternalError";
}

void raise(const char* name, const std::string& message) {
  const nb::object type = nb::module_::import_("skywright.errors").attr(name);
  // Names of files need not be UTF-8.
  const nb::object text = nb::steal(PyUnicode_DecodeUTF8(
      message.data(), static_cast<Py_ssize_t>(message.size()), "backslashreplace"));
  PyErr_SetObject(type.ptr(), text.ptr());
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    raise(class_of(error.code()), error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    raise("StorageError", (error.path1().empty() ? std::string("a path") : error.path1().string()) +
                              ": " + error.code().message() +
                              "; check the path, its links and permissions");
  }
}

}  // namespace

void bind_errors(nb::module_&) { nb::register_exception_translator(translate); }

}  // namespace skywright::python
