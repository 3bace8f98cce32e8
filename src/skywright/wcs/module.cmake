# wcslib is the oracle of the tests; its global `int64` clashes with healpix_cxx's, so only here.
set(SKYWRIGHT_wcs_TEST_LIBS wcs)
