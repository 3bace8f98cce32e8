"""Random calls of the Python package with whatever somebody might hand it; nothing but its own exceptions may come back.

    python tests/fuzz/python_calls.py [CALLS] [SEED]

Every exception must be a SkywrightError. Run it on a build with the address sanitizer (`tools/long_checks.sh python_asan`): there a read beyond an array ends the
process. Prints each call before it is made into build/fuzz/python_calls.log, so that a crash names its own; ends with counts.
"""

import collections
import os
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
from odd_skies import SkyCalls

import skywright


class Calls(SkyCalls):
    # Each names itself and does one call.

    def detect(self):
        image = self.image()
        more = {}
        for name in ("weight", "mask", "use_psf"):
            if self.rng.random() < 0.25:
                more[name] = self.beside(image) if name != "use_psf" else self.array((21, 21))
        if "weight" in more:
            more["weight_type"] = self.pick("variance", "rms", "weight", "x", "")
        return lambda: skywright.detect(image, config=self.config(), progress=False, **more)

    def exposure(self):
        image = self.array()
        more = {n: self.beside(image) for n in ("variance", "mask") if self.rng.random() < 0.5}
        path = os.path.join(self.folder, f"{self.rng.integers(20)}.fits")

        def call():
            exposure = skywright.Exposure(pixels=image, **more)
            exposure._repr_html_()
            exposure.unusable()
            exposure.write(path)
            self.files = [*self.files[-30:], path]
            back = skywright.Exposure.read(path)
            assert back.shape == exposure.shape

        return call

    def subtract(self):
        if self.rng.random() < 0.4:  # of one field: what may go through to the end
            science = self.values((80, 90)).astype("f4")
            template = (self.values((80, 90)) * 0 + science + self.rng.normal(0, 10, (80, 90))).astype("f4")
            yy, xx = np.mgrid[-10:11, -10:11]
            psf = np.exp(-0.5 * (xx**2 + yy**2) / self.rng.uniform(0.5, 4) ** 2).astype("f4")
            more = {"science_psf": psf, "template_psf": self.pick(psf, psf, self.array((21, 21)))}
            for name in ("science_noise", "template_noise", "mask"):
                if self.rng.random() < 0.5:
                    more[name] = self.pick(np.full((80, 90), 10.0, "f4"), self.array((80, 90)))
            return lambda: skywright.subtract(science, template, progress=False, **more)
        science = self.image()
        template = self.beside(science) if isinstance(science, np.ndarray) else self.image()
        return lambda: skywright.subtract(science, template, config=self.config(), progress=False)

    def table(self):
        length = int(self.rng.integers(0, 30))
        columns = {}
        for i in range(self.rng.integers(0, 5)):
            rows = length if self.rng.random() < 0.9 else self.rng.integers(0, 30)
            columns[self.pick(f"c{i}", "ra", "", "é", "x" * 300)] = self.array((int(rows),))
        path = os.path.join(self.folder, "t" + self.pick(".fits", ".csv", ".parquet", ".txt", ""))

        def call():
            table = skywright.Table(columns)
            table._repr_html_()
            for name in table.colnames:
                np.asarray(table[name])
            table.write(path)
            assert len(skywright.Table(path)) == len(table)

        return call

    def wcs(self):
        header = {"CTYPE1": self.pick("RA---TAN", "RA---TAN-SIP", "RA---TPV", "GLON-CAR", "", 3), "CTYPE2": "DEC--TAN"}
        if self.rng.random() < 0.4:
            header = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRPIX1": 50.0, "CRPIX2": 50.0, "CRVAL1": 150.0,
                      "CRVAL2": self.pick(2.0, 90.0, -90.0), "CD1_1": -1e-4, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 1e-4}
        for key in ("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2", "CD1_1", "CD1_2", "CD2_1", "CD2_2", "A_ORDER", "A_2_0", "PV1_1"):
            if self.rng.random() < (0.02 if "CD2_2" in header else 0.85):
                header[key] = self.pick(0.0, 1e-4, -1e-4, 100.5, 1e30, float("nan"), "x", 3, 90.0)
        x, y = self.values(self.shape()), self.values(self.pick((), (1,), (3, 1)))

        def call():
            wcs = skywright.Wcs(header)
            repr(wcs)
            wcs.sky_to_pixel(*wcs.pixel_to_sky(x, y))

        return call

    def command(self):
        path = os.path.join(self.folder, "out" + self.pick(".csv", ".fits", ".parquet"))
        return self.pick(
            lambda: skywright.instrument.show(self.pick("lsst", "gmt", "", "x" * 4000, "\0", 3)),
            lambda: skywright.sky(ra=self.pick(0, 370, -5, "x", float("nan")), dec=self.pick(0, 95, None),
                                  radius=self.pick(0.01, 0, -1, 1e9), out=path),
            lambda: skywright.associate(self.image(), database=os.path.join(self.folder, "d.sqlite")),
        )  # fmt: skip


def main(count, seed):
    log = Path("build/fuzz/python_calls.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    tally = collections.Counter()
    unexpected = []
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, open(log, "w") as out:
        for i in range(count):
            # Each call has a seed of its own, so that one can be made again alone.
            calls = Calls((seed, i), folder)
            calls.files = [str(p) for p in Path(folder).glob("*.fits")]
            kind = calls.pick("detect", "detect", "detect", "detrend", "detrend", "solve", "solve", "stack", "stack",
                              "exposure", "subtract", "table", "wcs", "command")  # fmt: skip
            out.write(f"{i} {kind}\n")
            out.flush()
            try:
                getattr(calls, kind)()()
                tally[kind, "worked"] += 1
            except skywright.SkywrightError:
                tally[kind, "refused"] += 1
            except Exception as error:  # noqa: BLE001
                unexpected.append((i, kind, repr(error)))
    for (kind, what), times in sorted(tally.items()):
        print(f"{kind:9} {what:11} {times}")
    for i, kind, error in unexpected:
        print(f"call {i} ({kind}): {error}")
    print(f"{count} calls, {len(unexpected)} unexpected exceptions, 0 crashes")
    return 1 if unexpected else 0


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:3]]
    sys.exit(main(*(given + [10_000, 1][len(given) :])))
