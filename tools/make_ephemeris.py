#!/usr/bin/env python3
"""Cuts the ephemeris that ships with the program out of JPL's DE405, as an SPK kernel (.bsp).

    apt-get download casacore-data-jpl-de405 && dpkg-deb -x casacore-data-jpl-de405_*.deb package
    tools/make_ephemeris.py package/usr/share/casacore/data/ephemerides/DE405/table.f0i \
        data/ephemeris/de405_2015_2045.bsp

The package holds DE405 (Standish 1998, JPL IOM 312.F-98-048) as rows of 1018 doubles, a row for 32 days,
Chebyshev coefficients in km in the order of JPL's files without their two leading dates: a body's place
in the row is JPL's pointer (header.405, group 1050) minus 3. The first row begins at JD 2436912.5.
"""
import argparse
import struct
from pathlib import Path

ROW = 1018
STRIDE = 16 + 8 * ROW  # the cell's header, then its values
FIRST_VALUE = 28
FIRST_DAY = 2436912.5
DAYS = 32
EARTH_MOON_RATIO = 81.30056  # of masses, DE405's EMRAT
J2000 = 2451545.0
# NAIF id, its centre, JPL's pointer, coefficients a component, records in 32 days (header.405, group 1050)
BODIES = [(1, 0, 3, 14, 4), (2, 0, 171, 10, 2), (3, 0, 231, 13, 2), (4, 0, 309, 11, 1), (5, 0, 342, 8, 1),
          (6, 0, 366, 7, 1), (7, 0, 387, 6, 1), (8, 0, 405, 6, 1), (9, 0, 423, 6, 1), (10, 0, 753, 11, 2),
          (301, 3, 441, 13, 8)]


def rows_of(table):
    count = (len(table) + 4 - 16) // STRIDE
    for index in range(count):
        yield struct.unpack_from(f"<{ROW}d", table, FIRST_VALUE + STRIDE * index)


def segment(rows, first, body):
    """One body's records, in SPK's type 2."""
    target, _, pointer, terms, pieces = body
    seconds = 86400.0 * DAYS / pieces
    start = (FIRST_DAY + DAYS * first - J2000) * 86400.0
    # JPL's Moon is seen from the Earth, SPK's from the barycentre of the two.
    scale = EARTH_MOON_RATIO / (1.0 + EARTH_MOON_RATIO) if target == 301 else 1.0
    values = []
    for r, row in enumerate(rows):
        for piece in range(pieces):
            at = pointer - 3 + 3 * terms * piece
            values += [start + seconds * (r * pieces + piece + 0.5), 0.5 * seconds]
            values += [scale * v for v in row[at:at + 3 * terms]]
    return start, values + [start, seconds, 2 + 3 * terms, len(rows) * pieces]


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
    parser.add_argument("table", type=Path, help="table.f0i of casacore-data-jpl-de405")
    parser.add_argument("out", type=Path)
    parser.add_argument("--first", type=float, default=2457023.5, help="Julian date, TDB (2015-01-01)")
    parser.add_argument("--last", type=float, default=2467981.5, help="Julian date, TDB (2045-01-01)")
    args = parser.parse_args()
    first = int((args.first - FIRST_DAY) // DAYS)
    last = int(-(-(args.last - FIRST_DAY) // DAYS))
    rows = list(rows_of(args.table.read_bytes()))[first:last]
    segments = []
    for body in BODIES:
        begin, values = segment(rows, first, body)
        segments.append((body[0], body[1], begin, begin + 86400.0 * DAYS * len(rows), 2, values))
    comment = ("JPL DE405 (public domain: work of the U.S. government, not subject to copyright), cut from\n"
               "Debian's casacore-data-jpl-de405 by tools/make_ephemeris.py. The Earth is not a segment: it is\n"
               "the barycentre of Earth and Moon (3) less the Moon (301) over the ratio of masses, 81.30056.\n")
    args.out.write_bytes(kernel(segments, "DE405", comment))
    print(f"{args.out}: {len(rows)} rows, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
