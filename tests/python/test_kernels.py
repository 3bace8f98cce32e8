"""User kernels from Python: configs hold them, and the process of an isolated one is found beside the package."""

import sys
from pathlib import Path

import numpy as np
import pytest

import skywright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from user_kernels import EXAMPLES, built, probe  # noqa: E402


@pytest.fixture(scope="module")
def circle(tmp_path_factory):
    return built(EXAMPLES / "aperture.c", tmp_path_factory.mktemp("kernels") / "aperture.so")


@pytest.mark.parametrize("isolated", [False, True])
def test_a_user_kernel_measures_what_is_in_memory(pixels, circle, isolated):
    kernel = {"library": circle, "side": 31, "isolated": isolated}
    t = skywright.detect(pixels, config=skywright.configs.DetectConfig(kernels=[kernel]))
    good = t["ap05Flux"] > 10 * t["ap05FluxErr"]
    # Edge pixels by 10 x 10 parts: tests/integration/test_kernels.py.
    assert good.sum() > 20
    np.testing.assert_allclose(t["circleFlux"][good], t["ap05Flux"][good], rtol=0.004)


def test_a_library_that_is_compiled_anew_is_loaded_anew(pixels, tmp_path):
    library = tmp_path / "own.so"
    for value in (3, 7):
        probe(tmp_path, "own", BODY=f"result[i] = {value};")
        t = skywright.detect(pixels, config={"kernels": [{"library": library}]})
        assert (t["value"] == value).all()


def test_what_is_wrong_raises(pixels, circle):
    with pytest.raises(skywright.InputError, match="no such file"):
        skywright.detect(pixels, config={"kernels": [{"library": "missing.so"}]})
    with pytest.raises(skywright.ConfigError, match="it has radius"):
        skywright.detect(pixels, config={"kernels": [{"library": circle, "parameters": ["size=3"]}]})


def test_check_is_a_function(circle):
    told = skywright.kernel.check(circle, parameter=["radius=4"], count=8)
    assert told["kind"] == "measure" and told["items_per_call"] == 8
    assert 0 < told["plain"]["overhead_per_call_us"]
