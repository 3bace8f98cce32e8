/// The ways to run a graph.
#pragma once

#include "skywright/run/task_graph.h"

namespace skywright::run::detail {

RunReport run_on_threads(TaskGraph& graph, const Execution& execution, const RunOptions& options);

/// @pre options.crew has several ranks and this one is 0
RunReport run_on_crew(TaskGraph& graph, const Execution& execution, const RunOptions& options);

}  // namespace skywright::run::detail
