/* What libskywright_kafka.so offers: a Kafka producer (librdkafka) behind five plain functions, so
 * that the program itself needs none and a site can build the library against its own:
 *
 *     cc -shared -fPIC -O2 -I src -o libskywright_kafka.so src/skywright/alerts/kafka/adapter.c
 * -lrdkafka
 *
 * One thread at a time uses a producer.
 */
#ifndef SKYWRIGHT_ALERTS_KAFKA_ADAPTER_H
#define SKYWRIGHT_ALERTS_KAFKA_ADAPTER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function changes its meaning. */
#define SKYWRIGHT_KAFKA_VERSION 1

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
};

const struct skywright_kafka* skywright_kafka_adapter(void);

#ifdef __cplusplus
}
#endif

#endif
