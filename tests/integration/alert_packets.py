"""Packets of our schema that other software wrote, with nulls and history at random, for filters, pages
and brokers to be tested on. fastavro encodes them, so that no code of ours is on both sides."""

import random
from pathlib import Path

import fastavro
import fastavro.schema

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = fastavro.schema.load_schema(
    str(ROOT / "data" / "schemas" / "alert" / "skywright.v1_0.alert.avsc")
)
BANDS = "ugrizy"


def named(name):
    """A record of the schema, by its last name."""
    found = []

    def walk(node):
        if isinstance(node, dict):
            if node.get("type") == "record" and node["name"].endswith(name):
                found.append(node)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(SCHEMA)
    return found[0]


def record(rng, schema, **given):
    """Every field of a record: what is given, or a value of its type, one in four null where it may."""
    out = {}
    for field in schema["fields"]:
        name, kind = field["name"], field["type"]
        if name in given:
            out[name] = given[name]
            continue
        if isinstance(kind, list):
            kind = kind[1]
            if rng.random() < 0.25:
                out[name] = None
                continue
        out[name] = {
            "long": lambda: rng.randrange(1, 1 << 62),
            "int": lambda: rng.randrange(0, 200),
            # Numbers that a float holds exactly, so that both sides read the same.
            "float": lambda: rng.randrange(-64000, 64000) / 64,
            "double": lambda: rng.uniform(-1000, 1000),
            "boolean": lambda: rng.random() < 0.5,
            "string": lambda: rng.choice(["good", "bad", "it's", ""]),
        }[kind]()
    return out


def packets(count, seed=1, ra=150.0, dec=2.0, stamp=b"not a picture"):
    """`count` packets within a degree of a place."""
    rng = random.Random(seed)
    source, forced, thing = named("diaSource"), named("diaForcedSource"), named("diaObject")
    for i in range(count):
        time = 60000.0 + i / 1000

        def detection(at, **more):
            return record(
                rng, source, midpointMjdTai=at, ra=ra + rng.uniform(-1, 1), dec=dec + rng.uniform(-1, 1),
                band=rng.choice([*BANDS, None]), snr=rng.choice([None, *(k / 4 for k in range(10, 80))]),
                psfFlux=rng.choice([None, *(100.0 * k for k in range(-20, 60))]), **more)  # fmt: skip

        past = sorted(time - rng.uniform(1, 300) for _ in range(rng.randrange(0, 7)))
        yield {
            "diaSourceId": 10**15 + i,
            "observation_reason": rng.choice([None, "survey", "follow-up"]),
            "target_name": None,
            "diaSource": detection(time, diaSourceId=10**15 + i),
            "prvDiaSources": [detection(at) for at in past] or None,
            "prvDiaForcedSources": [record(rng, forced, midpointMjdTai=at) for at in past[:2]] or None,
            "diaObject": rng.choice([None, record(rng, thing, nDiaSources=len(past) + 1)]),
            "ssSource": None,
            "mpc_orbits": None,
            "cutoutDifference": stamp,
            "cutoutScience": stamp,
            "cutoutTemplate": rng.choice([None, stamp]),
        }


def write(path, records, codec="null"):
    with open(path, "wb") as file:
        fastavro.writer(file, SCHEMA, records, codec=codec)
    return path
