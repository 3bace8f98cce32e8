#include "skywright/plugin/kernel.h"

#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/plugin/detail/library.h"
#include "skywright/plugin/detail/runner.h"
#include "skywright/plugin/trial.h"

namespace skywright::plugin {
namespace {

using detail::Frame;

class LocalRunner final : public detail::Runner {
 public:
  explicit LocalRunner(const std::filesystem::path& library) : library_(library) {}
  [[nodiscard]] const Description& description() const override { return library_.description(); }
  detail::Answer run(const Frame& frame, std::span<double> results) override {
    return library_.call(frame, results.data());
  }

 private:
  detail::Library library_;
};

template <class T>
std::span<const std::byte> bytes_of(std::span<const T> values) {
  return std::as_bytes(values);
}

/// `count` items' arrays from the `first` on.
Frame part_of(const Frame& whole, std::int32_t first, std::int32_t count, bool shared_first_input) {
  Frame part = whole;
  part.count = count;
  for (std::size_t k = shared_first_input ? 1 : 0; k < part.inputs.size(); ++k) {
    const std::size_t item = whole.inputs[k].size() / static_cast<std::size_t>(whole.count);
    part.inputs[k] = whole.inputs[k].subspan(static_cast<std::size_t>(first) * item,
                                             static_cast<std::size_t>(count) * item);
  }
  return part;
}

}  // namespace

std::unique_ptr<detail::Runner> detail::local_runner(const std::filesystem::path& library) {
  return std::make_unique<LocalRunner>(library);
}

void describe(Fields& f, KernelConfig& c) {
  f.text("library", c.library, "path of the user kernel's shared library");
  f.texts("parameters", c.parameters, "what differs from the kernel's own values: name=value");
  f.flag("serial", c.serial, "one call at a time, even if the kernel says that it is reentrant");
  f.flag("isolated", c.isolated,
         "call it in a process of its own, so that a crash ends that process alone");
  f.number("deadline_s", c.deadline_s, "longest that a call may take, where isolated [s]",
           {.high = 86400.0, .above = 0.0});
}

struct Kernel::State {
  std::mutex one_at_a_time;
  std::mutex counting;
  KernelUse use;
  bool exclusive = true;
};

Kernel::Kernel(KernelConfig config, std::unique_ptr<detail::Runner> runner)
    : config_(std::move(config)),
      runner_(std::move(runner)),
      parameters_(parameter_values(runner_->description(), config_.parameters)),
      state_(std::make_unique<State>()) {
  // Processes share nothing: what is not reentrant may well run in several of them.
  state_->exclusive = config_.serial || (!config_.isolated && !runner_->description().reentrant);
}

Kernel::~Kernel() = default;

const Description& Kernel::description() const { return runner_->description(); }

std::string Kernel::title() const {
  return fmt::format("kernel {} ({})", description().name, config_.library);
}

KernelUse Kernel::use() const {
  const std::scoped_lock lock(state_->counting);
  return state_->use;
}

void Kernel::forget_use() {
  const std::scoped_lock lock(state_->counting);
  state_->use = {};
}

std::vector<double> Kernel::call(const Frame& frame) const {
  const std::size_t size = frame.result_size();
  std::unique_lock<std::mutex> turn(state_->one_at_a_time, std::defer_lock);
  if (state_->exclusive) turn.lock();
  const auto start = std::chrono::steady_clock::now();
  std::vector<double> results = detail::unset_results(size);
  const detail::Answer answer = runner_->run(frame, results);
  if (answer.status != 0)
    throw InputError(title(),
                     fmt::format("it failed with status {}{}{}", answer.status,
                                 answer.message.empty() ? "" : ": ", answer.message),
                     "look at its parameters and at what it was given");
  for (std::size_t i = size; i < results.size(); ++i)
    if (!detail::is_unset(results[i]))
      throw InputError(title(), "it writes beyond the end of its results",
                       "let its description name every result, and write that many an item");
  results.resize(size);
  const auto per_item = static_cast<std::size_t>(frame.results);
  for (std::size_t i = 0; i < size; ++i) {
    if (detail::is_unset(results[i]))
      throw InputError(title(),
                       fmt::format("it left result {} of {} of item {} of {} unset",
                                   i % per_item + 1, per_item, i / per_item + 1, frame.count),
                       "set all that its description names, in the layout of skywright_kernel.h");
    const bool usable = frame.kind == Kind::measure || std::isfinite(results[i]) ||
                        (frame.kind == Kind::light_curve && results[i] > 0.0);
    if (!usable)
      throw InputError(title(),
                       fmt::format("it gave {} as result {} of item {} of {}", results[i],
                                   i % per_item + 1, i / per_item + 1, frame.count),
                       frame.kind == Kind::psf ? "a PSF is finite everywhere"
                                               : "a magnitude is finite, or infinity for no light");
  }
  const std::scoped_lock lock(state_->counting);
  state_->use.calls += 1;
  state_->use.items += static_cast<std::uint64_t>(frame.count);
  state_->use.kernel_seconds += answer.seconds;
  state_->use.seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return results;
}

std::vector<double> Kernel::call_or_name(
    const Frame& frame, const std::function<std::string(std::size_t)>& item) const {
  try {
    return call(frame);
  } catch (const InputError& error) {
    // Which of them it was: one by one, in fresh processes where it crashed in one.
    if (frame.count > 1)
      for (std::int32_t i = 0; i < frame.count; ++i) {
        try {
          (void)call(part_of(frame, i, 1, frame.kind == Kind::psf));
        } catch (const InputError& one) {
          throw InputError(item(static_cast<std::size_t>(i)), one.what(), "");
        }
      }
    throw InputError(frame.count == 1 ? item(0) : item(0) + " and those called with it",
                     error.what(), "");
  }
}

std::vector<double> Kernel::measure(const StampBatch& b) const {
  if (b.count == 0) return {};
  const Frame frame{.kind = Kind::measure,
                    .side = b.side,
                    .count = b.count,
                    .results = static_cast<std::int32_t>(description().results.size()),
                    .parameters = parameters_,
                    .inputs = {bytes_of(b.position), bytes_of(b.centre), bytes_of(b.pixels),
                               bytes_of(b.variance), bytes_of(b.mask), bytes_of(b.psf)}};
  return call_or_name(frame, [&](std::size_t i) {
    return fmt::format("source at x {:.1f}, y {:.1f}", b.position[2 * i], b.position[2 * i + 1]);
  });
}

std::vector<double> Kernel::psf(const PlaceBatch& b) const {
  if (b.count == 0) return {};
  const std::array<double, 2> field = {b.width, b.height};
  const Frame frame{.kind = Kind::psf,
                    .side = b.side,
                    .count = b.count,
                    .results = b.side * b.side,
                    .parameters = parameters_,
                    .inputs = {bytes_of(std::span<const double>(field)), bytes_of(b.position)}};
  return call_or_name(frame, [&](std::size_t i) {
    return fmt::format("PSF at x {:.1f}, y {:.1f}", b.position[2 * i], b.position[2 * i + 1]);
  });
}

std::vector<double> Kernel::light_curve(const EpochBatch& b) const {
  if (b.count == 0) return {};
  const Frame frame{.kind = Kind::light_curve,
                    .side = 0,
                    .count = b.count,
                    .results = 1,
                    .parameters = parameters_,
                    .inputs = {bytes_of(b.time), bytes_of(b.wavelength), bytes_of(b.redshift),
                               bytes_of(b.base), bytes_of(b.lot)}};
  return call_or_name(frame, [&](std::size_t i) {
    return fmt::format("light curve at {:.2f} d, {:.1f} nm", b.time[i], b.wavelength[i]);
  });
}

std::shared_ptr<const Kernel> open_kernel(const KernelConfig& config, std::optional<Kind> wanted,
                                          const std::filesystem::path& folder, int side) {
  if (config.library.empty())
    throw ConfigError("a kernel without a library", "there is nothing to load",
                      "name one: library=\"...\"");
  check_fields(config);
  const std::filesystem::path path = folder / config.library;
  detail::check_library_file(path);
  auto kernel = std::make_shared<Kernel>(
      config, config.isolated ? detail::isolated_runner(path, config.deadline_s)
                              : detail::local_runner(path));
  if (wanted && kernel->description().kind != *wanted)
    throw InputError(kernel->title(),
                     fmt::format("it is of kind {}", kind_name(kernel->description().kind)),
                     fmt::format("name one of kind {} here", kind_name(*wanted)));
  (void)try_kernel(*kernel, side, 2);
  kernel->forget_use();
  return kernel;
}

}  // namespace skywright::plugin
