/// Where C++ ends: exceptions become a status and a message.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "skywright.h"
#include "skywright/base/execution.h"
#include "skywright/image/masked_image.h"
#include "skywright/table/table.h"

struct sw_table {
  skywright::table::Table table;
};

namespace skywright::c {

/// Runs `body`; what it throws becomes the status and this thread's message.
sw_status guarded(const std::function<sw_status()>& body) noexcept;
/// A failure that is no exception.
sw_status failed(sw_status status, const std::string& message);

/// @throws ConfigError naming what is NULL
void require(const void* pointer, const char* name);

/// As much of a struct as the caller knows, zeros in the rest.
/// @throws ConfigError where `size` is none that there has been
template <class Struct>
Struct known(const Struct* given, const char* name);
extern template sw_image known(const sw_image*, const char*);
extern template sw_options known(const sw_options*, const char*);
extern template sw_site known(const sw_site*, const char*);

image::MaskedImageView view_of(const sw_image* image, const char* name);

/// The options, and an Execution that reports to the caller and is stopped by it.
class Call final : public ProgressSink {
 public:
  explicit Call(const sw_options* options);
  void report(std::string_view activity, std::size_t done, std::size_t total) override;
  [[nodiscard]] const Execution& execution() const { return *execution_; }
  [[nodiscard]] const std::string& settings() const { return settings_; }

 private:
  std::mutex lock_;
  std::stop_source stop_;
  sw_options options_{};
  std::string settings_;
  std::unique_ptr<Execution> execution_;
};

}  // namespace skywright::c
