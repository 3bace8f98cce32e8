# healpix_cxx is the oracle of the tests; its global `int64` clashes with wcslib's.
set(SKYWRIGHT_sphere_TEST_LIBS healpix_cxx)
