/* librdkafka as the functions of adapter.h. */
#include "skywright/alerts/kafka/adapter.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

struct producer {
  rd_kafka_t* client;
  rd_kafka_topic_t* topic;
  rd_kafka_queue_t* queue;
  /* Of a batch of reports, what `poll` had no room for. */
  rd_kafka_event_t* rest;
};

static rd_kafka_conf_t* conf_of(const char* const* settings, char* error, int room) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (; settings[0] != NULL; settings += 2) {
    if (rd_kafka_conf_set(conf, settings[0], settings[1], error, (size_t)room) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return NULL;
    }
  }
  return conf;
}

static void* open_producer(const char* const* settings, const char* topic, char* error, int room) {
  rd_kafka_conf_t* conf = conf_of(settings, error, room);
  if (conf == NULL) return NULL;
  rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, (size_t)room);
  if (client == NULL) {
    rd_kafka_conf_destroy(conf);
    return NULL;
  }
  struct producer* made = calloc(1, sizeof *made);
  if (made != NULL) {
    made->client = client;
    made->topic = rd_kafka_topic_new(client, topic, NULL);
    made->queue = rd_kafka_queue_get_main(client);
  }
  if (made == NULL || made->topic == NULL) {
    snprintf(error, (size_t)room, "%s", rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_destroy(client);
    free(made);
    return NULL;
  }
  return made;
}

static int send_message(void* producer, const void* key, long key_size, const void* value, long size,
                        unsigned long long ticket, char* error, int room) {
  struct producer* to = producer;
  error[0] = '\0';
  if (rd_kafka_produce(to->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, (void*)(uintptr_t)value,
                       (size_t)size, key, (size_t)key_size, (void*)(uintptr_t)ticket) == 0)
    return SKYWRIGHT_KAFKA_TAKEN;
  const rd_kafka_resp_err_t code = rd_kafka_last_error();
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return SKYWRIGHT_KAFKA_FULL;
  snprintf(error, (size_t)room, "%s", rd_kafka_err2str(code));
  return SKYWRIGHT_KAFKA_REFUSED;
}

static long take_reports(struct producer* from, struct skywright_kafka_report* reports, long room,
                         char* error, int error_room) {
  long filled = 0;
  while (filled < room) {
    const rd_kafka_message_t* message = rd_kafka_event_message_next(from->rest);
    if (message == NULL) {
      rd_kafka_event_destroy(from->rest);
      from->rest = NULL;
      break;
    }
    reports[filled].ticket = (unsigned long long)(uintptr_t)message->_private;
    reports[filled].failed = message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (reports[filled].failed)
      snprintf(error, (size_t)error_room, "%s", rd_kafka_err2str(message->err));
    ++filled;
  }
  return filled;
}

static long poll_reports(void* producer, int milliseconds, struct skywright_kafka_report* reports,
                         long room, char* error, int error_room, int* fatal) {
  struct producer* from = producer;
  long filled = 0;
  error[0] = '\0';
  while (filled < room) {
    if (from->rest == NULL) {
      rd_kafka_event_t* event = rd_kafka_queue_poll(from->queue, filled == 0 ? milliseconds : 0);
      if (event == NULL) break;
      if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_DR) {
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
          snprintf(error, (size_t)error_room, "%s", rd_kafka_event_error_string(event));
        rd_kafka_event_destroy(event);
        milliseconds = 0; /* the trouble is told at once */
        continue;
      }
      from->rest = event;
    }
    filled += take_reports(from, reports + filled, room - filled, error, error_room);
  }
  char why[256] = "";
  *fatal = rd_kafka_fatal_error(from->client, why, sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR;
  if (*fatal) snprintf(error, (size_t)error_room, "%s", why);
  return filled;
}

static void close_producer(void* producer) {
  struct producer* old = producer;
  rd_kafka_purge(old->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  if (old->rest != NULL) rd_kafka_event_destroy(old->rest);
  rd_kafka_queue_destroy(old->queue);
  rd_kafka_topic_destroy(old->topic);
  rd_kafka_destroy_flags(old->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  free(old);
}

struct reader {
  rd_kafka_t* client;
  /* The last trouble with the brokers that `read` has not told of. Written while it polls. */
  char trouble[256];
};

static void note_trouble(rd_kafka_t* client, int code, const char* why, void* opaque) {
  (void)client;
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return; /* each tells for itself */
  struct reader* of = opaque;
  snprintf(of->trouble, sizeof of->trouble, "%s", why);
}

static void free_reader(struct reader* old) {
  if (old->client != NULL) rd_kafka_destroy(old->client);
  free(old);
}

static void* open_reader(const char* const* settings, const char* topic, char* error, int room) {
  struct reader* made = calloc(1, sizeof *made);
  rd_kafka_conf_t* conf = made == NULL ? NULL : conf_of(settings, error, room);
  if (conf == NULL) {
    free(made);
    return NULL;
  }
  rd_kafka_conf_set_opaque(conf, made);
  rd_kafka_conf_set_error_cb(conf, note_trouble);
  made->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, (size_t)room);
  if (made->client == NULL) {
    rd_kafka_conf_destroy(conf);
    free(made);
    return NULL;
  }
  rd_kafka_poll_set_consumer(made->client);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t code = rd_kafka_subscribe(made->client, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    snprintf(error, (size_t)room, "%s", rd_kafka_err2str(code));
    free_reader(made);
    return NULL;
  }
  return made;
}

static long read_message(void* reader, int milliseconds, void* value, long room, char* error,
                         int error_room) {
  struct reader* from = reader;
  rd_kafka_message_t* message = rd_kafka_consumer_poll(from->client, milliseconds);
  snprintf(error, (size_t)error_room, "%s", from->trouble);
  from->trouble[0] = '\0';
  if (message == NULL) return -1;
  long size = -1;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    snprintf(error, (size_t)error_room, "%s", rd_kafka_message_errstr(message));
  } else {
    size = (long)message->len;
    if (size > 0) memcpy(value, message->payload, (size_t)(size < room ? size : room));
  }
  rd_kafka_message_destroy(message);
  return size;
}

static int commit_read(void* reader, char* error, int room) {
  struct reader* from = reader;
  error[0] = '\0';
  const rd_kafka_resp_err_t code = rd_kafka_commit(from->client, NULL, 1);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return 0;
  snprintf(error, (size_t)room, "%s", rd_kafka_err2str(code));
  return 1;
}

static void close_reader(void* reader) {
  struct reader* old = reader;
  rd_kafka_consumer_close(old->client);
  free_reader(old);
}

const struct skywright_kafka* skywright_kafka_adapter(void) {
  static const struct skywright_kafka functions = {
      SKYWRIGHT_KAFKA_VERSION, open_producer, send_message, poll_reports, close_producer,
      open_reader,             read_message,  commit_read,  close_reader};
  return &functions;
}
