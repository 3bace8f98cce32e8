/// What a launcher has started on this machine.
#pragma once

#include <sys/types.h>

namespace skywright::run::detail {

/// Whether all that a process started here has ended and nobody took note: there are dead children
/// below it, and no living process without any. A launcher that stays so hangs (mpirun 4.1 now and
/// then does, in PMIx_server_finalize, where a rank was killed while it said hello). False where
/// nothing is known.
bool has_nothing_but_dead(pid_t launcher);

}  // namespace skywright::run::detail
