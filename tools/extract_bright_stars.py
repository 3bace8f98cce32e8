#!/usr/bin/env python3
"""Make data/stars/bright_stars.bin from the star catalog of Debian's package kstars-data.

    apt-get download kstars-data && dpkg -x kstars-data_*.deb unpacked
    tools/extract_bright_stars.py unpacked/usr/share/kstars/stars.dat data/stars/bright_stars.bin

Source: stars.dat of KStars (Jason Harris, 2003; GPL-2.0-or-later), stars of the Hipparcos and Tycho
catalogues (ESA 1997, SP-1200; public domain, CDS I/239): 125,982 stars, J2000 positions to 0.15
arcsec, proper motions, V and B-V. The record is described in data/stars/README.md.
"""
import struct
import sys


def degrees(text: str, scale: float) -> float:
    sign = -1.0 if text.lstrip().startswith("-") else 1.0
    body = text.strip().lstrip("+-")
    return sign * scale * (int(body[0:2]) + int(body[2:4]) / 60.0 + float(body[4:]) / 3600.0)


def record(line: str) -> tuple[float, bytes]:
    ra = degrees(line[0:9], 15.0)
    dec = degrees(line[10:19], 1.0)
    pm_ra, pm_dec = float(line[20:29]), float(line[29:38])
    magnitude, colour = float(line[46:51]), float(line[51:56])
    milli_colour = round(1000 * colour) if abs(colour) < 9 else -32768  # 99.99: not measured
    turn = 2.0**32 / 360.0
    return magnitude, struct.pack(
        "<Iihhhh",
        round(ra * turn) % 2**32,
        round(dec * turn),
        round(pm_ra),
        round(pm_dec),
        round(1000 * magnitude),
        milli_colour,
    )


def main() -> None:
    source, target = sys.argv[1:3]
    with open(source, encoding="ascii", errors="replace") as lines:
        stars = sorted(
            (record(line) for line in lines if line.strip() and not line.startswith("#")),
            key=lambda star: (struct.unpack_from("<i", star[1], 4)[0], star[1]),
        )
    with open(target, "wb") as out:
        out.write(b"SKYSTAR1" + struct.pack("<II", len(stars), 16))
        out.write(b"".join(body for _, body in stars))
    print(len(stars), "stars; brighter than V = 7, 8, 9, 10:",
          [sum(1 for m, _ in stars if m < limit) for limit in (7, 8, 9, 10)])


if __name__ == "__main__":
    main()
