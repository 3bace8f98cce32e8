"""An independent consumer that checks every id of a topic while it is filled, in a process of its own.

    python kafka_watcher.py ADDRESS TOPIC FIRST COUNT PATIENCE_S

Ends when each id of FIRST to FIRST + COUNT - 1 has come, or nothing for PATIENCE_S; prints one JSON object.
"""

import json
import sys
import time

import numpy as np
from confluent_kafka import Consumer


def watch(address, topic, first, count, patience):
    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": f"watch-{time.time_ns()}", "auto.offset.reset": "earliest",
         "enable.auto.commit": False, "fetch.message.max.bytes": 10_485_760,
         "queued.max.messages.kbytes": 65536, "check.crcs": True}
    )  # fmt: skip
    consumer.subscribe([topic])
    seen = np.zeros(count, dtype=np.uint8)
    messages = foreign = size = unread = 0
    begun, last = None, time.monotonic()
    while unread < count and time.monotonic() - last < patience:
        for message in consumer.consume(10_000, timeout=1.0):
            if message.error():
                continue
            last = time.monotonic()
            begun = begun or last
            key = int(message.key()) - first
            if not 0 <= key < count:
                foreign += 1
                continue
            messages += 1
            size += len(message.value())
            unread += not seen[key]
            seen[key] = 1
    consumer.close()
    return {"messages": messages, "missing": int(count - seen.sum()), "twice": messages - int(seen.sum()),
            "foreign": foreign, "bytes": size, "seconds": last - (begun or last)}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(watch(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))))
