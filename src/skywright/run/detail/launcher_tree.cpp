#include "skywright/run/detail/launcher_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <vector>

namespace skywright::run::detail {
namespace {

namespace fs = std::filesystem;

struct Process {
  char state = '?';
  std::vector<pid_t> children;
};

/// Every process of this machine, as /proc tells.
std::map<pid_t, Process> processes() {
  std::map<pid_t, Process> all;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename();
    if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    std::ifstream stat(at->path() / "stat");
    std::string text;
    std::getline(stat, text);
    // "number (name) state parent ...", and the name may hold anything.
    const std::size_t close = text.rfind(')');
    if (close == std::string::npos || close + 4 >= text.size()) continue;  // it has just ended
    const pid_t id = std::stoi(name);
    all[id].state = text[close + 2];
    all[std::atoi(text.c_str() + close + 4)].children.push_back(id);
  }
  return all;
}

}  // namespace

bool has_nothing_but_dead(pid_t launcher) {
  const std::map<pid_t, Process> all = processes();
  bool any_dead = false;
  std::vector<pid_t> left = {launcher};
  while (!left.empty()) {
    const auto found = all.find(left.back());
    left.pop_back();
    if (found == all.end()) continue;
    const Process& process = found->second;
    if (process.state == 'Z')
      any_dead = true;
    else if (process.children.empty())
      return false;  // a rank at work, or a launcher that has none yet
    left.insert(left.end(), process.children.begin(), process.children.end());
  }
  return any_dead;
}

}  // namespace skywright::run::detail
