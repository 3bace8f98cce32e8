# The headers that nearly every file includes, parsed once: half of a cold build's time. Only in Release
# and with GCC: the other presets compile each file with nothing but what it includes itself.
#
#     skywright_precompile(${target} library | test)
option(SKYWRIGHT_PRECOMPILE "Precompile common headers" ON)
set(SKYWRIGHT_COMMON_HEADERS
  <algorithm> <array> <charconv> <cmath> <cstdint> <filesystem> <fstream> <functional> <limits> <map>
  <memory> <numbers> <numeric> <optional> <set> <span> <string> <string_view> <utility> <variant>
  <vector> <fmt/format.h>)

function(skywright_precompiled kind)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LIBRARIES")
  set(unit ${CMAKE_BINARY_DIR}/precompiled/${kind}.cpp)
  file(CONFIGURE OUTPUT ${unit} CONTENT "" @ONLY)
  add_library(skywright_precompiled_${kind} OBJECT ${unit})
  target_link_libraries(skywright_precompiled_${kind} PRIVATE skywright_options ${arg_LIBRARIES})
  target_compile_options(skywright_precompiled_${kind} PRIVATE ${SKYWRIGHT_${kind}_OPTIONS})
  target_precompile_headers(skywright_precompiled_${kind} PRIVATE
    ${SKYWRIGHT_COMMON_HEADERS} ${arg_HEADERS})
endfunction()

set(SKYWRIGHT_test_OPTIONS "")
if(SKYWRIGHT_PRECOMPILE AND CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  find_package(fmt REQUIRED)
  find_package(nlohmann_json REQUIRED)
  # Executables compile as libraries do, or one's precompiled header would not serve the other.
  target_compile_options(skywright_options INTERFACE -fPIC -fpch-preprocess)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC bug 105651 again, in more guises, which headers read the usual way keep to themselves.
    target_compile_options(skywright_options INTERFACE -Wno-array-bounds -Wno-stringop-overflow
      -Wno-stringop-overread)
  endif()
  # What only checks need not be fast, and most of their compile time would go to making it so.
  set(SKYWRIGHT_test_OPTIONS -O1)
  skywright_precompiled(library HEADERS <nlohmann/json.hpp>
    LIBRARIES fmt::fmt nlohmann_json::nlohmann_json)
  if(SKYWRIGHT_TESTS)
    find_package(GTest REQUIRED)
    skywright_precompiled(test HEADERS <gmock/gmock.h> <gtest/gtest.h> LIBRARIES fmt::fmt GTest::gmock)
  endif()
endif()

# The widest libraries, six files compiled as one: their headers are read once and not six times, which
# takes a fifth off a cold build. For whole builds alone (`./bootstrap` asks for it): who changes a file
# compiles that file, and the checks that each file includes what it uses need each alone.
option(SKYWRIGHT_UNITY "Compile files of the widest libraries together" OFF)

function(skywright_unite)
  if(NOT SKYWRIGHT_UNITY)
    return()
  endif()
  foreach(target IN LISTS ARGN)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  endforeach()
endfunction()

function(skywright_precompile target kind)
  if(TARGET skywright_precompiled_${kind})
    target_compile_options(${target} PRIVATE ${SKYWRIGHT_${kind}_OPTIONS})
    target_precompile_headers(${target} REUSE_FROM skywright_precompiled_${kind})
  endif()
endfunction()
