#include "skywright/pipelines/kernel_check.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "skywright/archive/dataset.h"
#include "skywright/base/error.h"
#include "skywright/plugin/trial.h"
#include "skywright/run/task_graph.h"

namespace skywright::pipelines {
namespace {

using plugin::Kernel;
using plugin::KernelUse;

constexpr double kTimed = 0.1;  // [s], of each kind of call
constexpr int kMostCalls = 2000;

bool same_bytes(const std::vector<double>& a, const std::vector<double>& b, std::size_t count) {
  return a.size() >= count && b.size() >= count &&
         std::memcmp(a.data(), b.data(), count * sizeof(double)) == 0;
}

std::vector<double> steady_results(const Kernel& kernel, const KernelCheckRequest& request) {
  const auto refuse = [&](const char* reason, const char* remedy) {
    throw InputError(kernel.title(), reason, remedy);
  };
  std::vector<double> all = plugin::try_kernel(kernel, request.side, request.count);
  if (!same_bytes(all, plugin::try_kernel(kernel, request.side, request.count), all.size()))
    refuse("the same call gives other results the second time",
           "keep no state between calls (Fortran: no SAVE), and use no clock or random numbers");
  const std::vector<double> alone = plugin::try_kernel(kernel, request.side, 1);
  if (!same_bytes(all, alone, alone.size()))
    refuse("an item's results depend on those that are called with it",
           "let each result depend on its own item alone");
  return all;
}

/// What calls with `count` items took, of as many as fit into a while.
KernelUse timed(const Kernel& kernel, int side, int count) {
  const run::Clock clock = run::steady_clock();
  const KernelUse before = kernel.use();
  const double start = clock();
  for (int i = 0; i < kMostCalls && (i < 3 || clock() - start < kTimed); ++i)
    (void)plugin::try_kernel(kernel, side, count);
  KernelUse use = kernel.use();
  use.calls -= before.calls;
  use.items -= before.items;
  use.seconds -= before.seconds;
  use.kernel_seconds -= before.kernel_seconds;
  return use;
}

CallCosts costs(const Kernel& kernel, const KernelCheckRequest& request, double* kernel_us) {
  const KernelUse one = timed(kernel, request.side, 1);
  const KernelUse many = timed(kernel, request.side, request.count);
  const auto items = static_cast<double>(many.items);
  if (kernel_us != nullptr) *kernel_us = 1e6 * many.kernel_seconds / items;
  return {.overhead_us = 1e6 * one.overhead_per_call(),
          .item_us = 1e6 * many.seconds / items,
          .item_overhead_us = 1e6 * (many.seconds - many.kernel_seconds) / items};
}

}  // namespace

KernelCheck check_kernel(const KernelCheckRequest& request) {
  if (request.side % 2 == 0 || request.side < 3 || request.side > 255)
    throw ConfigError(fmt::format("--side {}", request.side), "must be odd, 3 to 255",
                      "the default is 31");
  if (request.count < 1 || request.count > 10000)
    throw ConfigError(fmt::format("--count {}", request.count), "must be in [1, 10000]",
                      "the default is 64");
  plugin::KernelConfig config{.library = request.library.string(),
                              .parameters = request.parameters,
                              .isolated = true,
                              .deadline_s = request.deadline_s};
  KernelCheck out;
  std::vector<double> apart;
  {
    const auto kernel = plugin::open_kernel(config, {}, {}, request.side);
    apart = steady_results(*kernel, request);
    out.isolated = costs(*kernel, request, nullptr);
  }
  config.isolated = false;
  const auto kernel = plugin::open_kernel(config, {}, {}, request.side);
  const std::vector<double> here = steady_results(*kernel, request);
  if (!same_bytes(apart, here, here.size()))
    throw InputError(kernel->title(), "it gives other results in another process",
                     "let results depend on the arguments alone");
  out.plain = costs(*kernel, request, &out.kernel_us);
  out.description = kernel->description();
  out.checksum = archive::file_checksum(request.library);
  const std::size_t item = here.size() / static_cast<std::size_t>(request.count);
  out.first_item.assign(here.begin(), here.begin() + static_cast<std::ptrdiff_t>(item));
  return out;
}

}  // namespace skywright::pipelines
