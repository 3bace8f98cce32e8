/// One task done: what it returned, or how it failed. No exception leaves.
#pragma once

#include <string>
#include <string_view>

#include "skywright/run/task_graph.h"

namespace skywright::run::detail {

struct Performed {
  TaskState state = TaskState::not_started;
  ExitCode code = ExitCode::complete;
  std::string text;  ///< what the work returned; of a failed task, why
  double seconds = 0.0;
};

/// As in messages between ranks. @throws std::runtime_error for text that is none
std::string to_text(const Performed& performed);
Performed performed_from(std::string_view text);

template <class Deed>
Performed perform(const Clock& clock, Deed&& deed) {
  Performed done;
  const double begun = clock();
  try {
    done.text = deed();
    done.state = TaskState::succeeded;
  } catch (const Stopped&) {
    done.state = TaskState::not_started;  // to be done again: it left nothing behind
  } catch (const Error& error) {
    done = {TaskState::failed, error.code(), error.what(), 0.0};
  } catch (const std::exception& error) {
    done = {TaskState::failed, ExitCode::internal, error.what(), 0.0};
  } catch (...) {
    done = {TaskState::failed, ExitCode::internal, "an error of an unknown kind", 0.0};
  }
  done.seconds = clock() - begun;
  return done;
}

}  // namespace skywright::run::detail
