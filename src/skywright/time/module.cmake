# liberfa brings the table of leap seconds and the model of TDB. Debian ships no CMake package of it.
find_library(ERFA_LIBRARY erfa REQUIRED)
target_link_libraries(${target} PRIVATE ${ERFA_LIBRARY})
set(SKYWRIGHT_time_TEST_LIBS ${ERFA_LIBRARY})
