"""Alert files of whole nights, made as fast as a disk takes them: one packet that fastavro encoded, with
its id, its time and its cutouts written over for each alert. Cutouts are random bytes: nothing compresses them."""

import struct
from io import BytesIO

import fastavro
import numpy as np
from alert_packets import SCHEMA, packets

# Ids of this size all take nine bytes as Avro's variable-length numbers, so that packets stay as long.
FIRST_ID = 1 << 55
ID_BYTES = 9
BLOCK = 500  # packets in a block of the file


def varints(ids):
    """Zigzag and seven bits a byte (Avro 1.11, "Binary Encoding"), as an array of 9 columns."""
    zigzag = np.asarray(ids, dtype=np.uint64) << np.uint64(1)
    shifts = np.arange(ID_BYTES, dtype=np.uint64) * np.uint64(7)
    out = ((zigzag[:, None] >> shifts) & np.uint64(0x7F)).astype(np.uint8)
    out[:, :-1] |= 0x80
    return out


def one_packet(stamp_bytes):
    """A packet's bytes, and where its id stands (twice), its time and its cutouts."""
    stamp = np.random.default_rng(5).bytes(stamp_bytes)
    marked_id, marked_time = FIRST_ID + 0x5A5A5A5A5A5A, 60123.456789
    packet = next(p for p in packets(50) if p["prvDiaSources"] is None)
    for cutout in ("cutoutDifference", "cutoutScience", "cutoutTemplate"):
        packet[cutout] = stamp or None
    packet["diaSourceId"] = packet["diaSource"]["diaSourceId"] = marked_id
    packet["diaSource"]["midpointMjdTai"] = marked_time
    buffer = BytesIO()
    fastavro.schemaless_writer(buffer, SCHEMA, packet)
    data = buffer.getvalue()
    sought = bytes(varints([marked_id])[0])
    first = data.index(sought)
    second = data.index(sought, first + ID_BYTES)
    time = data.index(struct.pack("<d", marked_time))
    assert data.count(sought) == 2
    stamps = [at for at in range(len(data)) if stamp and data.startswith(stamp, at)]
    assert len(stamps) == (3 if stamp else 0)
    return np.frombuffer(data, np.uint8), (first, second), time, stamps


def header():
    """The head of a file of our schema, and the marker that ends each of its blocks."""
    buffer = BytesIO()
    fastavro.writer(buffer, SCHEMA, [], codec="null")
    data = buffer.getvalue()
    return data, data[-16:]


def long(value):
    zigzag, out = value << 1, bytearray()
    while zigzag > 0x7F:
        out.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    return bytes([*out, zigzag])


def write_visits(folder, visits, alerts, stamp_bytes=0, first=0, cadence_s=39.0):
    """A file a visit. @return the range of ids"""
    packet, places, time, stamps = one_packet(stamp_bytes)
    random = np.random.default_rng(first)
    head, marker = header()
    folder.mkdir(parents=True, exist_ok=True)
    for visit in range(visits):
        moment = struct.pack("<d", 60000.0 + visit * cadence_s / 86400.0)
        with open(folder / f"{visit:06d}.avro", "wb") as file:
            file.write(head)
            for begin in range(0, alerts, BLOCK):
                count = min(BLOCK, alerts - begin)
                start = FIRST_ID + first + visit * alerts + begin
                block = np.tile(packet, (count, 1))
                ids = varints(np.arange(start, start + count, dtype=np.uint64))
                for place in places:
                    block[:, place : place + ID_BYTES] = ids
                for place in stamps:
                    noise = np.frombuffer(random.bytes(count * stamp_bytes), np.uint8)
                    block[:, place : place + stamp_bytes] = noise.reshape(count, stamp_bytes)
                block[:, time : time + 8] = np.frombuffer(moment, np.uint8)
                file.write(long(count) + long(block.size))
                file.write(block.tobytes())
                file.write(marker)
    return range(FIRST_ID + first, FIRST_ID + first + visits * alerts)
