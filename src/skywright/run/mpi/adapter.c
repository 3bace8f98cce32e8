/* The MPI adapter: see adapter.h. Plain C, so that any mpicc builds it. */
#include "skywright/run/mpi/adapter.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

/* A message that is on its way; MPI needs its bytes until it has left. */
struct parcel {
  MPI_Request request;
  int to;
  struct parcel* next;
  char bytes[];
};

static MPI_Comm communicator = MPI_COMM_NULL;
static struct parcel* under_way = NULL;
static int began_mpi = 0;

static int explain(int status, char* error, int room) {
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  if (status == MPI_SUCCESS) return 0;
  if (MPI_Error_string(status, text, &length) != MPI_SUCCESS) length = 0;
  snprintf(error, (size_t)room, "%.*s", length, text);
  return status;
}

/* Our own of the ranks of `all`: letters of others never mix with ours. */
static int gather(MPI_Comm all, int* rank, int* size, int* neighbours, char* error, int room) {
  MPI_Comm machine = MPI_COMM_NULL;
  int status = MPI_Comm_dup(all, &communicator);
  /* Errors come back to us; by default they would end the process. */
  if (status == MPI_SUCCESS) status = MPI_Comm_set_errhandler(communicator, MPI_ERRORS_RETURN);
  if (status == MPI_SUCCESS) status = MPI_Comm_rank(communicator, rank);
  if (status == MPI_SUCCESS) status = MPI_Comm_size(communicator, size);
  if (status == MPI_SUCCESS)
    status =
        MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  if (status == MPI_SUCCESS) status = MPI_Comm_size(machine, neighbours);
  if (machine != MPI_COMM_NULL) MPI_Comm_free(&machine);
  return explain(status, error, room);
}

static int join(int* rank, int* size, int* neighbours, char* error, int room) {
  int provided = MPI_THREAD_SINGLE;
  int status = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (status != MPI_SUCCESS) return explain(status, error, room);
  if (provided < MPI_THREAD_FUNNELED) {
    snprintf(error, (size_t)room, "this MPI allows no threads beside it");
    return 1;
  }
  began_mpi = 1;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  return gather(MPI_COMM_WORLD, rank, size, neighbours, error, room);
}

static int join_on(int handle, int* rank, int* size, int* neighbours, char* error, int room) {
  int begun = 0;
  int provided = MPI_THREAD_SINGLE;
  MPI_Comm all;
  if (communicator != MPI_COMM_NULL) {
    snprintf(error, (size_t)room, "this process shares work over a communicator already");
    return 1;
  }
  MPI_Initialized(&begun);
  if (!begun) {
    snprintf(error, (size_t)room,
             "MPI has not begun here, or the communicator is of another MPI than this library");
    return 1;
  }
  /* Calls come from a thread of ours, and no other thread makes any meanwhile. */
  MPI_Query_thread(&provided);
  if (provided < MPI_THREAD_SERIALIZED) {
    snprintf(error, (size_t)room, "MPI was begun without threads (MPI_THREAD_SERIALIZED at least)");
    return 1;
  }
  all = MPI_Comm_f2c(handle);
  if (all == MPI_COMM_NULL) {
    snprintf(error, (size_t)room, "it is the null communicator");
    return 1;
  }
  return gather(all, rank, size, neighbours, error, room);
}

/* Forgets what has left. */
static void sweep(void) {
  struct parcel** link = &under_way;
  while (*link != NULL) {
    struct parcel* parcel = *link;
    int left = 0;
    /* A send that failed went to a rank that is lost: whoever waits for its answer finds out. */
    if (MPI_Test(&parcel->request, &left, MPI_STATUS_IGNORE) != MPI_SUCCESS) left = 1;
    if (left) {
      *link = parcel->next;
      free(parcel);
    } else {
      link = &parcel->next;
    }
  }
}

static int post(int to, const void* bytes, long size) {
  int status;
  struct parcel* parcel;
  struct parcel** link = &under_way;
  sweep();
  if (size < 0 || size > INT_MAX) return 1;
  parcel = malloc(sizeof *parcel + (size_t)size);
  if (parcel == NULL) return 1;
  memcpy(parcel->bytes, bytes, (size_t)size);
  parcel->to = to;
  parcel->next = NULL;
  status = MPI_Isend(parcel->bytes, (int)size, MPI_BYTE, to, 0, communicator, &parcel->request);
  if (status != MPI_SUCCESS) {
    free(parcel);
    return status;
  }
  while (*link != NULL) link = &(*link)->next;
  *link = parcel;
  return 0;
}

static int unsent(int to) {
  int count = 0;
  sweep();
  for (const struct parcel* parcel = under_way; parcel != NULL; parcel = parcel->next)
    count += parcel->to == to;
  return count;
}

static long probe(int* from) {
  int there = 0;
  int size = 0;
  MPI_Status status;
  if (MPI_Iprobe(MPI_ANY_SOURCE, 0, communicator, &there, &status) != MPI_SUCCESS || !there)
    return -1;
  if (MPI_Get_count(&status, MPI_BYTE, &size) != MPI_SUCCESS || size == MPI_UNDEFINED) return -1;
  *from = status.MPI_SOURCE;
  return size;
}

static int receive(int from, void* bytes, long size) {
  return MPI_Recv(bytes, (int)size, MPI_BYTE, from, 0, communicator, MPI_STATUS_IGNORE);
}

static void leave(void) {
  while (under_way != NULL) sweep();
  MPI_Comm_free(&communicator); /* MPI_COMM_NULL from here on */
  if (began_mpi) MPI_Finalize();
}

static void abandon(int code) { MPI_Abort(communicator, code); }

const struct skywright_mpi* skywright_mpi_adapter(void) {
  static const struct skywright_mpi adapter = {SKYWRIGHT_MPI_VERSION, join, join_on, post, unsent,
                                               probe, receive, leave, abandon};
  return &adapter;
}
