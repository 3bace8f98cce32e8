#include "skywright/base/error.h"

namespace skywright {
namespace {

std::string joined(std::string_view problem, std::string_view reason, std::string_view remedy) {
  std::string text(problem);
  if (!reason.empty()) text.append(": ").append(reason);
  if (!remedy.empty()) text.append("; ").append(remedy);
  return text;
}

}  // namespace

Error::Error(ExitCode code, std::string_view problem, std::string_view reason,
             std::string_view remedy)
    : std::runtime_error(joined(problem, reason, remedy)), code_(code) {}

Stopped::Stopped()
    : Error(ExitCode::partial, "stopped", "a stop was asked for",
            "run the same command again to go on") {}

}  // namespace skywright
