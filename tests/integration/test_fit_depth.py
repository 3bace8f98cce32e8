"""The depth coefficients of `lsst-2022` are those that the pointings of its survey show."""

import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))
from fit_depth import INSTRUMENT, PUBLISHED, fit  # noqa: E402


@pytest.mark.needs_shared
def test_depths_of_lsst_2022_are_those_of_its_pointings(program, shared):
    fitted = fit(program, shared / "pointings" / "baseline_10klines_2.0.db")
    written = {b["name"]: b["depth_cm"] for b in tomllib.loads(INSTRUMENT.read_text())["band"]}
    assert set(fitted) == set(written) == set(PUBLISHED)
    for band, (cm, scatter, visits) in fitted.items():
        assert visits >= 500, band
        assert written[band] == pytest.approx(cm, abs=0.0006), band  # written to 0.001
        # The formula with our sky follows single visits, whose sky alone is known to us within 0.1 mag ...
        assert scatter < 0.05, band
        # ... and its mean within the 0.3 mag that it promises, half of which goes into a depth.
        assert cm == pytest.approx(PUBLISHED[band], abs=0.15), band
