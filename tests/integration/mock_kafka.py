"""librdkafka's mock cluster, in the test's own process: the protocol without a broker."""

import time

from confluent_kafka import Consumer, Producer, TopicPartition


class MockKafka:
    def __init__(self, brokers=1):
        self.producer = Producer(
            {"test.mock.num.brokers": brokers, "bootstrap.servers": "mock", "log_level": 0}
        )
        found = self.producer.list_topics(timeout=10).brokers.values()
        self.address = ",".join(f"{b.host}:{b.port}" for b in found)

    def messages(self, topic, expected, patience=20):
        """(key, value) of every message, until `expected` have come and no more follows."""
        consumer = Consumer(
            {"bootstrap.servers": self.address, "group.id": f"g{time.time_ns()}",
             "auto.offset.reset": "earliest", "log_level": 0}
        )  # fmt: skip
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
        out, until = [], time.monotonic() + patience
        try:
            while time.monotonic() < until:
                batch = consumer.consume(1000, timeout=0.3)
                if not batch and len(out) >= expected:
                    break
                out += [(m.key(), m.value()) for m in batch if m.error() is None]
        finally:
            consumer.close()
        return out

    def produce(self, topic, values):
        """Messages of somebody else's, delivered when this returns."""
        for value in values:
            self.producer.produce(topic, str(value).encode())
        assert self.producer.flush(20) == 0
