/// What a rank other than 0 does: the tasks that rank 0 leases to it.
#pragma once

#include "skywright/run/crew.h"
#include "skywright/run/task_graph.h"

namespace skywright::run {

/// Do what rank 0 orders until it says that there is no more, or this process is asked to stop.
/// @param work  the same as rank 0's `RunOptions::work`
/// @param at_once  most tasks at a time; they share the threads of `execution`
void serve(Crew& crew, const Work& work, const Execution& execution, int at_once = INT_MAX);

}  // namespace skywright::run
