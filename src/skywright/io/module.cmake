# cfitsio compresses what we write; zlib inflates what we read. DuckDB is loaded at run time.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CFITSIO REQUIRED IMPORTED_TARGET cfitsio)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
target_link_libraries(${target} PRIVATE PkgConfig::CFITSIO ZLIB::ZLIB nlohmann_json::nlohmann_json
  ${CMAKE_DL_LIBS})
# Oracle of the tests of WCS cards.
set(SKYWRIGHT_io_TEST_LIBS wcs)
