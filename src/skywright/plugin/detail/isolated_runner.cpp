// Kernels in processes of their own: as many as threads call at once, kept for the next call.
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/plugin/detail/kernel_process.h"
#include "skywright/plugin/detail/runner.h"

namespace skywright::plugin::detail {
namespace {

class IsolatedRunner final : public Runner {
 public:
  IsolatedRunner(std::filesystem::path library, double deadline_s)
      : library_(std::move(library)), deadline_s_(deadline_s) {
    auto first = std::make_unique<KernelProcess>(library_, deadline_s_);
    text_ = first->text();
    description_ = parse_description(text_, library_.filename().string());
    idle_.push_back(std::move(first));
  }

  [[nodiscard]] const Description& description() const override { return description_; }

  Answer run(const Frame& frame, std::span<double> results) override {
    std::unique_ptr<KernelProcess> process = taken();
    const Answer answer = process->call(frame, results);  // an error ends the process with it
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(process));
    return answer;
  }

 private:
  std::unique_ptr<KernelProcess> taken() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        auto process = std::move(idle_.back());
        idle_.pop_back();
        return process;
      }
    }
    auto process = std::make_unique<KernelProcess>(library_, deadline_s_);
    if (process->text() != text_)
      throw InputError("isolated kernel " + library_.string(),
                       "the library says other things than at first: it was replaced",
                       "start the program anew");
    return process;
  }

  std::filesystem::path library_;
  double deadline_s_;
  std::string text_;
  Description description_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<KernelProcess>> idle_;
};

}  // namespace

std::unique_ptr<Runner> isolated_runner(const std::filesystem::path& library, double deadline_s) {
  return std::make_unique<IsolatedRunner>(library, deadline_s);
}

}  // namespace skywright::plugin::detail
