"""Filters against an evaluation of their own in Python, over packets that fastavro wrote and read."""

import math
import operator
import random
import subprocess

import fastavro
import pytest
from alert_packets import packets, write
from astropy import units
from astropy.coordinates import SkyCoord
from astropy_healpix import HEALPix


def records(path):
    with open(path, "rb") as file:
        return list(fastavro.reader(file))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two files, plain and deflated, of 150 packets each, and what fastavro reads in them."""
    folder = tmp_path_factory.mktemp("packets")
    plain = write(folder / "a.avro", packets(150, seed=1))
    packed = write(folder / "b.avro", packets(150, seed=2), codec="deflate")
    return folder, records(plain) + records(packed)


def kept_by_program(skywright, text, folder, **options):
    return skywright("alerts", "filter", text, folder, "--json", **options).json


def of(packet, path):
    """A field by its path; None beneath a null."""
    at = packet
    for name in path.split("."):
        at = None if at is None else at[name]
    return at


def place(packet):
    return SkyCoord(packet["diaSource"]["ra"], packet["diaSource"]["dec"], unit="deg")


def centre(ra, dec):
    return SkyCoord(ra, dec, unit="deg")


def history(packet):
    return packet["prvDiaSources"] or []


def fluxes(packet, band=None):
    return [s["psfFlux"] for s in history(packet)
            if s["psfFlux"] is not None and band in (None, s["band"])]  # fmt: skip


HAND_WRITTEN = {
    "diaSource.snr > 10 and diaObject.nDiaSources >= 3 and not diaSource.isNegative": lambda p: (
        (of(p, "diaSource.snr") or 0) > 10
        and (of(p, "diaObject.nDiaSources") or 0) >= 3
        and p["diaSource"]["isNegative"] is False
    ),
    "diaSource.band in ('g', 'r') or observation_reason = 'follow-up'": lambda p: (
        p["diaSource"]["band"] in ("g", "r") or p["observation_reason"] == "follow-up"
    ),
    "diaObject is null and cutoutTemplate is not null": lambda p: (
        p["diaObject"] is None and p["cutoutTemplate"] is not None
    ),
    "mag(diaSource.psfFlux) < 24": lambda p: (
        (p["diaSource"]["psfFlux"] or 0) > 0
        and 31.4 - 2.5 * math.log10(p["diaSource"]["psfFlux"]) < 24
    ),
    "count(prvDiaSources, snr > 8 and band = 'r') >= 1": lambda p: any(
        (s["snr"] or 0) > 8 and s["band"] == "r" for s in history(p)
    ),
    "mean(prvDiaSources, psfFlux, band = 'i') > 1000": lambda p: (
        len(fluxes(p, "i")) > 0 and sum(fluxes(p, "i")) / len(fluxes(p, "i")) > 1000
    ),
    "max(prvDiaSources.psfFlux) > 2 * diaSource.psfFlux": lambda p: (
        bool(fluxes(p)) and p["diaSource"]["psfFlux"] is not None
        and max(fluxes(p)) > 2 * p["diaSource"]["psfFlux"]
    ),
    "first(prvDiaSources, midpointMjdTai) < diaSource.midpointMjdTai - 200": lambda p: (
        bool(history(p)) and history(p)[0]["midpointMjdTai"] < p["diaSource"]["midpointMjdTai"] - 200
    ),
    "all(prvDiaSources, snr > 3) and prvDiaSources is not null": lambda p: (
        bool(history(p)) and all(s["snr"] is not None and s["snr"] > 3 for s in history(p))
    ),
    "cone(150.2, 2.1, 0.4)": lambda p: place(p).separation(centre(150.2, 2.1)).deg <= 0.4,
    "separation(diaSource.ra, diaSource.dec, 150, 2) < 0.5": lambda p: (
        place(p).separation(centre(150, 2)).deg < 0.5
    ),
    "diaSource.diaSourceId in (1000000000000003, 1000000000000140)": lambda p: (
        p["diaSourceId"] in (10**15 + 3, 10**15 + 140)
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", HAND_WRITTEN)
def test_a_filter_keeps_what_python_keeps(skywright, files, text):
    folder, read = files
    ours = kept_by_program(skywright, text, folder)
    expected = [p["diaSourceId"] for p in read if HAND_WRITTEN[text](p)]
    assert ours["ids"] == expected and ours["seen"] == len(read)
    assert 0 < len(expected) < len(read)


def test_pixels_and_polygons_are_those_of_other_software(skywright, files):
    folder, read = files
    grid = HEALPix(nside=2**6, order="nested")
    pixels = grid.lonlat_to_healpix(
        [p["diaSource"]["ra"] for p in read] * units.deg, [p["diaSource"]["dec"] for p in read] * units.deg
    )
    chosen = sorted(set(pixels.tolist()))[:3]
    ours = kept_by_program(skywright, f"healpix(6, {', '.join(map(str, chosen))})", folder)
    assert ours["ids"] == [p["diaSourceId"] for p, at in zip(read, pixels, strict=True) if at in chosen]
    # Great circles through the poles bound right ascension exactly.
    ours = kept_by_program(skywright, "polygon(149.5, 0, 150.25, 0, 0, 90)", folder)
    assert ours["ids"] == [
        p["diaSourceId"] for p in read if 149.5 < p["diaSource"]["ra"] < 150.25 and p["diaSource"]["dec"] > 0
    ]


# ---- expressions at random, beside Kleene's logic in Python

NUMBERS = ["diaSource.snr", "diaSource.psfFlux", "diaSource.x", "diaObject.nDiaSources", "diaSource.visit"]
TEXTS = ["diaSource.band", "observation_reason"]
TRUTHS = ["diaSource.isNegative", "diaSource.isDipole"]
RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
             "=": operator.eq, "!=": operator.ne}  # fmt: skip


def lifted(function):
    """Null in, null out; nothing that is no number comes out."""

    def apply(*values):
        if None in values:
            return None
        try:
            made = function(*values)
        except (ZeroDivisionError, OverflowError, ValueError):
            return None
        return None if isinstance(made, float) and not math.isfinite(made) else made

    return apply


def numeric(rng, depth, fields):
    """(text, function of packet or item) of a number."""
    if depth == 0 or rng.random() < 0.3:
        if rng.random() < 0.5:
            value = rng.choice([0, 1, 3, 2.5, 100, -7])
            return f"({value})", lambda p: value
        path = rng.choice(fields)
        return path, lambda p: of(p, path)
    kind = rng.choice("+-*/am")
    a, fa = numeric(rng, depth - 1, fields)
    if kind == "a":
        return f"abs({a})", lambda p: lifted(abs)(fa(p))
    b, fb = numeric(rng, depth - 1, fields)
    if kind == "m":
        return f"greatest({a}, {b})", lambda p: lifted(max)(fa(p), fb(p))
    apply = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[kind]
    return f"({a} {kind} {b})", lambda p: lifted(apply)(fa(p), fb(p))


def truth(rng, depth):
    kind = rng.choice(["compare", "text", "field", "null", "in", "count"])
    if depth > 0 and rng.random() < 0.7:
        kind = rng.choice(["and", "or", "not"])
    if kind == "not":
        a, fa = truth(rng, depth - 1)
        return f"not ({a})", lambda p: lifted(operator.not_)(fa(p))
    if kind in ("and", "or"):
        a, fa = truth(rng, depth - 1)
        b, fb = truth(rng, depth - 1)
        decisive = kind == "or"

        def joined(p):
            values = (fa(p), fb(p))
            return decisive if decisive in values else None if None in values else not decisive

        return f"({a} {kind} {b})", joined
    if kind == "compare":
        a, fa = numeric(rng, 2, NUMBERS)
        b, fb = numeric(rng, 2, NUMBERS)
        sign = rng.choice(list(RELATIONS))
        return f"{a} {sign} {b}", lambda p: lifted(RELATIONS[sign])(fa(p), fb(p))
    if kind == "text":
        path, word = rng.choice(TEXTS), rng.choice(["r", "i", "survey", "it's"])
        sign = rng.choice(list(RELATIONS))
        quoted = word.replace("'", "''")
        return f"{path} {sign} '{quoted}'", lambda p: lifted(RELATIONS[sign])(of(p, path), word)
    if kind == "field":
        path = rng.choice(TRUTHS)
        return path, lambda p: of(p, path)
    if kind == "null":
        path = rng.choice([*NUMBERS, *TEXTS, "diaObject", "prvDiaSources"])
        return f"{path} is null", lambda p: of(p, path) is None
    if kind == "in":
        path, values = rng.choice(NUMBERS), [rng.choice([1, 2, 3, 5, 10.25]) for _ in range(3)]
        return f"{path} in ({', '.join(map(str, values))})", lambda p: lifted(
            lambda v: v in values
        )(of(p, path))
    a, fa = numeric(rng, 1, ["snr", "psfFlux"])
    b, fb = numeric(rng, 1, ["snr", "psfFlux"])
    return f"count(prvDiaSources, {a} < {b}) >= 2", lambda p: (
        sum(lifted(operator.lt)(fa(s), fb(s)) is True for s in history(p)) >= 2
    )


@pytest.mark.parametrize("seed", range(40))
def test_random_expressions_mean_what_three_valued_logic_says(skywright, files, seed):
    folder, read = files
    text, function = truth(random.Random(seed), 3)
    expected = [p["diaSourceId"] for p in read if function(p) is True]
    assert kept_by_program(skywright, text, folder)["ids"] == expected, text


# ---- files and faults


def test_kept_packets_are_whole_and_in_order(skywright, files, tmp_path):
    folder, read = files
    out = tmp_path / "picked.avro"
    wanted = tmp_path / "bright.filter"
    wanted.write_text("# bright ones\ndiaSource.snr > 12\n")
    skywright("alerts", "filter", f"@{wanted}", folder / "a.avro", folder / "b.avro", "--out", out)
    assert records(out) == [p for p in read if (p["diaSource"]["snr"] or 0) > 12]
    listed = skywright("alerts", "filter", "diaSource.snr > 12", folder).out.split()
    assert listed == [str(p["diaSourceId"]) for p in records(out)]


def test_a_fault_is_shown_in_its_place(skywright, files):
    folder, _ = files
    result = skywright("alerts", "filter", "diaSource.snr > 5 and diaSource.bnad = 'r'", folder, expect=2)
    assert "column 23" in result.err and "did you mean diaSource.band?" in result.err
    lines = result.err.splitlines()
    assert lines[-1].index("^") == lines[-2].index("diaSource.bnad")
    for text in ["", "(" * 5000, "1 +" * 30000, "diaSource.snr > 'x'", "\x00\x01", "'" + "a" * 70000]:
        if "\x00" not in text:
            skywright("alerts", "filter", text, folder, expect=2)


@pytest.mark.needs_shared
def test_ztf_alerts_are_filtered_by_the_same_language(skywright, shared):
    read = {r["candid"]: r for f in (shared / "alerts").glob("*.avro") for r in records(f)}
    ours = kept_by_program(skywright, "candidate.magpsf < 19 and candidate.rb > 0.3", shared / "alerts")
    assert sorted(ours["ids"]) == sorted(
        c for c, r in read.items() if r["candidate"]["magpsf"] < 19 and r["candidate"]["rb"] > 0.3
    )
    ours = kept_by_program(skywright, "count(prv_candidates, magpsf is not null) > 2", shared / "alerts")
    assert sorted(ours["ids"]) == sorted(
        c for c, r in read.items()
        if sum(v["magpsf"] is not None for v in r["prv_candidates"] or []) > 2
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_are_refused_or_read_and_never_crash(program, files, tmp_path, seed):
    rng = random.Random(seed)
    folder, _ = files
    whole = bytearray((folder / "ab"[seed % 2]).with_suffix(".avro").read_bytes())
    for _ in range(rng.randrange(1, 20)):
        whole[rng.randrange(len(whole))] = rng.randrange(256)
    bad = tmp_path / "bad.avro"
    bad.write_bytes(whole[: rng.choice([len(whole), rng.randrange(len(whole))])])
    done = subprocess.run(
        [program, "alerts", "filter", "max(prvDiaSources.snr) > 5 or diaSource.band = 'r'", bad],
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode in (0, 2, 4), done.stderr
