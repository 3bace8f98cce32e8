# liberfa: Earth orientation, the Earth, Sun and Moon. Debian ships no CMake package of it.
find_library(ERFA_LIBRARY erfa REQUIRED)
target_link_libraries(${target} PRIVATE ${ERFA_LIBRARY})
set(SKYWRIGHT_ephemeris_TEST_LIBS ${ERFA_LIBRARY})
skywright_embed(${target} ${module} FILES data/ephemeris/de440_2015_2045.bsp)
