#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "skywright/pipelines/night_pages.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

/// Files of a folder whose names begin so; hidden ones and sidecars do not count.
std::size_t files_in(const fs::path& folder, std::string_view prefix = "") {
  std::size_t count = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file(ignored) && !name.starts_with('.') && !name.ends_with(".json") &&
        name.starts_with(prefix))
      ++count;
  }
  return count;
}

}  // namespace

std::vector<ReadyCheck> ready_checks(const fs::path& survey, double free_gb,
                                     const std::string& prompt_problem) {
  std::vector<ReadyCheck> checks;
  const fs::path calib = survey / "calib";
  const std::size_t biases = files_in(calib, "bias"), flats = files_in(calib, "flat");
  checks.push_back({"masters", biases > 0 && flats > 0,
                    fmt::format("{} biases, {} flats in calib/", biases, flats)});
  const std::size_t templates = files_in(survey / "coadd");
  checks.push_back({"templates", templates > 0, fmt::format("{} in coadd/", templates)});
  const std::size_t catalogs = files_in(survey / "reference");
  checks.push_back({"reference", catalogs > 0, fmt::format("{} catalogs in reference/", catalogs)});
  checks.push_back({"database", prompt_problem.empty(),
                    prompt_problem.empty() ? "prompt.sqlite can be used" : prompt_problem});
  std::error_code error;
  const fs::space_info space = fs::space(survey, error);
  const double free = error ? 0.0 : static_cast<double>(space.available) / 1e9;
  const bool writable =
      access(survey.c_str(), W_OK) == 0 && access((survey / "incoming").c_str(), W_OK | X_OK) == 0;
  checks.push_back({"storage", writable && free >= free_gb,
                    fmt::format("{:.1f} GB free, {:.1f} needed{}", free, free_gb,
                                writable ? "" : "; the survey cannot be written")});
  return checks;
}

http::Response health_response(double since_turn_s) {
  // A turn takes in what has landed and may write the open catalogs: minutes at most.
  constexpr double kStuck = 600.0;
  if (since_turn_s < kStuck) return {.body = "alive\n"};
  return {.status = 503,
          .body = fmt::format("the night's loop has not turned for {:.0f} s\n", since_turn_s)};
}

http::Response ready_response(const NightState& state, const std::vector<ReadyCheck>& checks) {
  bool ok = state.ready;
  std::string body = fmt::format("loaded: {}\n", state.ready ? "ok" : "not yet");
  for (const ReadyCheck& check : checks) {
    ok = ok && check.ok;
    body += fmt::format("{}: {}, {}\n", check.name, check.ok ? "ok" : "missing", check.detail);
  }
  return {.status = ok ? 200 : 503, .body = body};
}

}  // namespace skywright::pipelines
