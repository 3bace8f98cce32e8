/// Whether this process was started by a launcher (mpirun, srun --mpi=pmix), and as what.
#pragma once

#include <memory>
#include <string>

#include "skywright/run/crew.h"

namespace skywright::run {

/// What the launcher left in the environment.
struct Launch {
  std::string launcher;  ///< "Open MPI", "PMIx" or "PMI"; empty where there is none
  int rank = 0;          ///< as far as the environment tells; 0 without a launcher
  int size = 0;          ///< 0 where the environment does not tell
};
Launch launch_of_this_process();

/// The crew of this process's launch, by the MPI adapter `libskywright_mpi.so`: the one that
/// SKYWRIGHT_MPI_LIBRARY names, or beside the program (or this library, where it is one), or in
/// ../lib. Null without a launcher, and
/// where SKYWRIGHT_MPI=off. SKYWRIGHT_SILENCE_S sets CrewTimes::silence_s.
/// @throws ServiceError where the adapter is missing, of another version, or MPI does not start;
///         ConfigError for a setting that is no number
std::unique_ptr<Crew> join_launch();

/// The crew of the ranks of a communicator of the caller's own, who has begun MPI and ends it: by
/// its Fortran handle (MPI_Comm_c2f; mpi4py: `comm.py2f()`). Every rank of it must call this at the
/// same point, and leave MPI alone until the crew has ended. One at a time in a process.
/// @throws ServiceError where the adapter is missing, of another version or another MPI than the
///         caller's, or MPI was begun without threads
std::unique_ptr<Crew> join_communicator(int fortran_handle);

/// Threads for a rank that may take all that its machine has: its own cores where the launcher
/// bound it to some, else an equal share of the machine's.
int fair_jobs(const Crew& crew);

}  // namespace skywright::run
