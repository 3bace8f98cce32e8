/* librdkafka as the functions of adapter.h. */
#include "skywright/alerts/kafka/adapter.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <librdkafka/rdkafka.h>

struct producer {
  rd_kafka_t* client;
  rd_kafka_topic_t* topic;
  rd_kafka_queue_t* queue;
  /* Of a batch of reports, what `poll` had no room for. */
  rd_kafka_event_t* rest;
};

static void* open_producer(const char* const* settings, const char* topic, char* error, int room) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (; settings[0] != NULL; settings += 2) {
    if (rd_kafka_conf_set(conf, settings[0], settings[1], error, (size_t)room) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return NULL;
    }
  }
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

const struct skywright_kafka* skywright_kafka_adapter(void) {
  static const struct skywright_kafka functions = {SKYWRIGHT_KAFKA_VERSION, open_producer, send_message,
                                                   poll_reports, close_producer};
  return &functions;
}
