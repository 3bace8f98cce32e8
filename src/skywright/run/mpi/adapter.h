/* What libskywright_mpi.so offers: MPI behind eight plain functions, so that the program itself
 * needs none and a site can build the library against its own MPI:
 *
 *     mpicc -shared -fPIC -O2 -I src -o libskywright_mpi.so src/skywright/run/mpi/adapter.c
 *
 * All are called by one thread, the one that called `join` or `join_on`. Functions that return int
 * return 0, or an error that their message or the launcher tells.
 */
#ifndef SKYWRIGHT_RUN_MPI_ADAPTER_H
#define SKYWRIGHT_RUN_MPI_ADAPTER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function changes its meaning. */
#define SKYWRIGHT_MPI_VERSION 2

struct skywright_mpi {
  int version;
  /* MPI_Init; error text of at most `room` bytes where it fails. */
  int (*join)(int* rank, int* size, int* neighbours, char* error, int room);
  /* The same without MPI_Init, for a process that uses MPI already: over the ranks of a
   * communicator, given by its Fortran handle, which is a number in every MPI. All its ranks must
   * call it. */
  int (*join_on)(int communicator, int* rank, int* size, int* neighbours, char* error, int room);
  /* Copies the bytes and returns at once. */
  int (*send)(int to, const void* bytes, long size);
  /* How many sends to `to` have not ended. */
  int (*unsent)(int to);
  /* Size of the next message that has come and whose; -1 where there is none. */
  long (*probe)(int* from);
  /* Takes that message. */
  int (*receive)(int from, void* bytes, long size);
  /* Waits for what is unsent; then MPI_Finalize, where `join` began MPI. Another `join_on` may
   * follow. */
  void (*leave)(void);
  /* MPI_Abort of all ranks that joined. */
  void (*abandon)(int code);
};

const struct skywright_mpi* skywright_mpi_adapter(void);

#ifdef __cplusplus
}
#endif

#endif
