/// Calls that take their time: other Python threads run meanwhile, Ctrl-C stops the work, progress
/// is shown.
///
///     return long_call(jobs, progress, [&](const Execution& execution) { return detect(...); });
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include <nanobind/nanobind.h>

#include "skywright/base/execution.h"

namespace skywright::python {

/// Runs `body` on a thread of its own, without the GIL, while this one looks for signals and calls
/// `progress(activity, done, total)` where it is not None.
/// @throws what the body threw; nanobind::python_error where a signal's handler or `progress`
/// raised (the body is stopped first)
void run_long_call(int jobs, const nanobind::object& progress,
                   const std::function<void(const Execution&)>& body);

template <class Body>
auto long_call(int jobs, const nanobind::object& progress, Body&& body) {
  std::optional<decltype(body(std::declval<const Execution&>()))> result;
  run_long_call(jobs, progress,
                [&](const Execution& execution) { result.emplace(body(execution)); });
  return std::move(*result);
}

}  // namespace skywright::python
