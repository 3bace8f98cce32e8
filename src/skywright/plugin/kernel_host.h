/// The other side of an isolated kernel: what its process does.
#pragma once

namespace skywright::plugin {

/// Load a kernel's library, tell its description, and answer calls until the caller is gone. Calls
/// lie in shared memory; file descriptors 3 and 4 are the socket and the memory.
/// @param library path
/// @param deadline_s of a call; the process ends itself some time after, should its caller be dead
/// @return the process's exit code
int serve_kernel(const char* library, double deadline_s);

}  // namespace skywright::plugin
