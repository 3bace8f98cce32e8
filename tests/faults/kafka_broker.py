"""A real Apache Kafka broker (KRaft, one node) for tests: fetched by Maven once, started, killed, started again.

    with Broker(folder) as broker:
        broker.create("alerts", partitions=3)
        broker.kill(); broker.start()
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JARS = Path(os.environ.get("SKYWRIGHT_KAFKA_JARS", ROOT / "build" / "kafka" / "jars"))

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/log
num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=true
message.max.bytes=10485760
log.retention.bytes={retention}
log.segment.bytes=104857600
log.retention.check.interval.ms=1000
log.segment.delete.delay.ms=1000
"""


def fetch():
    """The broker's jars, into build/kafka: about 100 MB, once."""
    if any(JARS.glob("kafka_2.13-*.jar")):
        return
    if shutil.which("mvn") is None or shutil.which("java") is None:
        raise RuntimeError("a real broker needs maven and a Java 17 runtime (apt install maven openjdk-17-jre-headless)")
    JARS.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["mvn", "-q", "-B", "-f", ROOT / "tests" / "faults" / "kafka_pom.xml",
         "dependency:copy-dependencies", f"-DoutputDirectory={JARS}"],
        check=True, timeout=900,
    )  # fmt: skip


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Broker:
    def __init__(self, folder, retention=2_000_000_000):
        fetch()
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, controller = free_port(), free_port()
        self.config = self.folder / "server.properties"
        self.config.write_text(
            PROPERTIES.format(port=self.port, controller=controller, folder=self.folder, retention=retention)
        )
        self._java("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c", self.config)
        self.process = None
        self.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def _command(self, *words):
        return ["java", "-Xmx768m", "-Xms256m", "-cp", f"{JARS}/*", *map(str, words)]

    def _java(self, *words):
        done = subprocess.run(self._command(*words), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, patience=90):
        log = open(self.folder / "broker.log", "a")
        self.process = subprocess.Popen(
            self._command("kafka.Kafka", self.config), stdout=log, stderr=log, cwd=self.folder
        )
        log.close()
        until = time.monotonic() + patience
        while time.monotonic() < until:
            assert self.process.poll() is None, (self.folder / "broker.log").read_text()[-2000:]
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the broker does not start")

    def create(self, topic, partitions=3):
        from confluent_kafka.admin import AdminClient, NewTopic

        admin = AdminClient({"bootstrap.servers": self.address})
        admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(60)

    def kill(self):
        """As power does it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def consume(address, topic, expected=None, patience=60):
    """Every message of a topic as (key, value), until as many different keys as expected have come, or
    nothing more comes for a while."""
    from confluent_kafka import Consumer

    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": f"check-{time.time_ns()}", "auto.offset.reset": "earliest",
         "enable.auto.commit": False, "fetch.message.max.bytes": 10_485_760}
    )  # fmt: skip
    consumer.subscribe([topic])
    messages, keys, until = [], set(), time.monotonic() + patience
    try:
        while time.monotonic() < until:
            batch = consumer.consume(5000, timeout=1.0)
            if not batch and messages and (expected is None or len(keys) >= expected):
                break
            for message in batch:
                if message.error() is None:
                    messages.append((message.key(), message.value()))
                    keys.add(message.key())
    finally:
        consumer.close()
    return messages
