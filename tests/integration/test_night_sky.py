"""`skywright nightsky` and `plan weather`: what they say, draw and refuse."""

import csv

import numpy as np
import pytest
from PIL import Image


def test_dark_and_moonlit_sky_of_a_site(skywright, tmp_path):
    # New Moon on 2026-12-09, full on 2026-11-24.
    dark = skywright("nightsky", "--time", "2026-12-09T04:30:00", "--json").json
    assert dark["sun"]["altitude"] < -30 and dark["moon"]["altitude"] < 0
    moonlit = skywright("nightsky", "--time", "2026-11-24T04:00:00", "--json").json
    assert moonlit["moon"]["illumination"] > 0.98 and moonlit["moon"]["altitude"] > 30
    for d, m in zip(dark["bands"], moonlit["bands"]):
        assert d["zenith"] == pytest.approx(d["dark_sky"], abs=0.2)
        assert m["darkest"] >= m["zenith"]
    # The Moon takes some three magnitudes in the blue, where the dark sky is darkest, and little in y
    # (Patat 2003, A&A 400, 1183, figure 12).
    gain = [d["zenith"] - m["zenith"] for d, m in zip(dark["bands"], moonlit["bands"])]
    assert gain[1:] == sorted(gain[1:], reverse=True)
    assert min(gain[:2]) > 2 and gain[5] < 0.6


def test_map_shows_the_moon_where_it_stands(skywright, tmp_path):
    told = skywright("nightsky", "--time", "2026-11-24T04:00:00", "--plot", tmp_path / "sky.png",
                     "--json").json
    picture = np.asarray(Image.open(tmp_path / "sky.png").convert("L"), float)
    # Zenith in the middle of the disc, north up: the brightest part of the disc's inner half lies
    # towards the Moon, in the north.
    assert abs(told["moon"]["azimuth"]) < 5 or told["moon"]["azimuth"] > 355
    x, y = 450, 474
    assert picture[y - 150, x - 60] > picture[y + 150, x - 60] + 20


def test_instants_are_read_in_both_forms(skywright):
    iso = skywright("nightsky", "--time", "2025-05-01T01:11:23", "--json").json
    mjd = skywright("nightsky", "--time", iso["mjd"], "--json").json
    assert iso["bands"][2]["zenith"] == pytest.approx(mjd["bands"][2]["zenith"], abs=1e-3)
    skywright("nightsky", "--time", "yesterday", expect=2)
    skywright("nightsky", expect=2)
    skywright("nightsky", "--time", 61000, "--band", "q", "--plot", "x.png", expect=2)


def test_weather_is_that_of_its_table_and_seed(skywright, tmp_path):
    told = skywright("plan", "weather", "--years", 40, "--step", 2, "--json", "--out", tmp_path / "w.csv",
                     "--plot", tmp_path / "w.html").json
    # CTIO 1965-1989: 59 % of the hours clear, 76 % with 3/8 or less; the limit 0.3 takes two of the
    # three steps between. Forty years of weather with spells of weeks leave 1 % (1 sigma).
    assert told["year"]["clear"] == pytest.approx(0.61, abs=0.04)
    assert 0.66 < told["year"]["usable"] < 0.77
    assert told["months"][1]["clear"] > told["months"][5]["clear"] + 0.15
    assert told["year"]["seeing"] == pytest.approx([0.44, 0.59, 0.81], abs=0.03)
    # Two weeks of maintenance a year, one of which a fortnight's coating takes in every second year.
    assert told["nights_scheduled_down"] == pytest.approx(17.5, abs=0.4)
    again = skywright("plan", "weather", "--years", 40, "--step", 2, "--json").json
    assert again == told
    assert "<svg" in (tmp_path / "w.html").read_text()
    rows = list(csv.DictReader((tmp_path / "w.csv").open()))
    cloud = np.array([float(r["cloud"]) for r in rows])
    assert set(np.unique(cloud * 8)) <= set(range(9))


def test_records_take_the_place_of_generated_weather(skywright, tmp_path):
    (tmp_path / "clouds.csv").write_text("mjd,cloud\n61041,0\n61042,0.5\n61044,0\n")
    told = skywright("plan", "weather", "--years", 3 / 365.25, "--clouds", tmp_path / "clouds.csv",
                     "--json").json
    assert told["year"]["clear"] == pytest.approx(1 / 3, abs=0.02)
    skywright("plan", "weather", "--clouds", tmp_path / "clouds.csv", expect=4)  # shorter than the plan
    (tmp_path / "bad.csv").write_text("61041,0.6\n61040,0.7\n")
    skywright("plan", "weather", "--seeing", tmp_path / "bad.csv", expect=4)
    skywright("plan", "weather", "--set", "cloud.overcast_share=2", expect=2)
