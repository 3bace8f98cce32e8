/* What libskywright_kafka.so offers: Kafka (librdkafka) behind plain functions, so
 * that the program itself needs none and a site can build the library against its own:
 *
 *     cc -shared -fPIC -O2 -I src -o libskywright_kafka.so src/skywright/alerts/kafka/adapter.c
 * -lrdkafka
 *
 * One thread at a time uses a producer, or a reader.
 */
#ifndef SKYWRIGHT_ALERTS_KAFKA_ADAPTER_H
#define SKYWRIGHT_ALERTS_KAFKA_ADAPTER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function changes its meaning. */
#define SKYWRIGHT_KAFKA_VERSION 2

/* What became of one message. */
struct skywright_kafka_report {
  unsigned long long ticket;
  int failed; /* 0: all replicas that are in step have it */
};

/* What `send` answers. */
enum { SKYWRIGHT_KAFKA_TAKEN = 0, SKYWRIGHT_KAFKA_FULL = 1, SKYWRIGHT_KAFKA_REFUSED = 2 };

struct skywright_kafka {
  int version;
  /* `settings`: names and values in turn, the end marked by NULL. NULL, and a text of at most
   * `room` bytes, where a setting is unknown or wrong; a broker need not be there. */
  void* (*open)(const char* const* settings, const char* topic, char* error, int room);
  /* Copies the bytes and returns at once. */
  int (*send)(void* producer, const void* key, long key_size, const void* value, long size,
              unsigned long long ticket, char* error, int room);
  /* Wait up to so long for reports; how many of `room` were filled. `error` is the last trouble
   * with the brokers since the last call, or empty; `fatal` is 1 where this producer cannot go on.
   */
  long (*poll)(void* producer, int milliseconds, struct skywright_kafka_report* reports, long room,
               char* error, int error_room, int* fatal);
  /* Drops what was not reported. */
  void (*close)(void* producer);

  /* A reader of a topic, as a member of the group that its settings name. As `open`. */
  void* (*open_reader)(const char* const* settings, const char* topic, char* error, int room);
  /* Wait up to so long for the next message, and copy its value: how many bytes it has, of which at
   * most `room` were copied; -1 where none came. `error` as of `poll`. */
  long (*read)(void* reader, int milliseconds, void* value, long room, char* error, int error_room);
  /* Ask the broker, without waiting for it, that of all that was read nothing be given to the group
   * again. 0, or 1 with `error`. */
  int (*commit)(void* reader, char* error, int room);
  void (*close_reader)(void* reader);
};

const struct skywright_kafka* skywright_kafka_adapter(void);

#ifdef __cplusplus
}
#endif

#endif
