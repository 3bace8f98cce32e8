#include "skywright/run/detail/perform.h"

#include <cstdio>
#include <stdexcept>

namespace skywright::run::detail {

std::string to_text(const Performed& performed) {
  char head[64];
  std::snprintf(head, sizeof head, "%d %d %a\n", static_cast<int>(performed.state),
                static_cast<int>(performed.code), performed.seconds);
  return head + performed.text;
}

Performed performed_from(std::string_view text) {
  const std::size_t end = text.find('\n');
  const std::string head(text.substr(0, end));
  int state = 0;
  int code = 0;
  Performed performed;
  if (end == std::string_view::npos ||
      std::sscanf(head.c_str(), "%d %d %la", &state, &code, &performed.seconds) != 3 || state < 0 ||
      state > static_cast<int>(TaskState::not_started))
    throw std::runtime_error("a rank's answer that nobody understands");
  performed.state = static_cast<TaskState>(state);
  performed.code = static_cast<ExitCode>(code);
  performed.text = text.substr(end + 1);
  return performed;
}

}  // namespace skywright::run::detail
