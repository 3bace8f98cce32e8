# Flags that every target shares, as the interface target skywright_options.
find_program(CCACHE ccache)
if(CCACHE)
  # What its manual asks for so that files with a precompiled header are cached too.
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)

add_library(skywright_options INTERFACE)
target_include_directories(skywright_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(skywright_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow=local -Wformat -Wformat-security
  # math/lanes.h: vectors wider than the baseline's never cross a call, so their convention is moot.
  -Wno-psabi
  # The same bytes on every run: contraction only where the code says fma; no reassociation.
  -ffp-contract=off
  # Neither changes a result: errno of math functions is never read and no FP trap is enabled.
  -fno-math-errno -fno-trapping-math)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns of overlapping copies within std::string's own operator+ (GCC bug 105651).
  target_compile_options(skywright_options INTERFACE -Wno-restrict)
endif()
if(SKYWRIGHT_WERROR)
  target_compile_options(skywright_options INTERFACE -Werror)
endif()
if(MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(skywright_options INTERFACE -fuse-ld=mold)
endif()

if(SKYWRIGHT_SANITIZE)
  # A finding ends the program, so that no test passes over it; assertions, ours and the library's,
  # are on; the debug information is what a stack trace needs.
  target_compile_options(skywright_options INTERFACE
    -fsanitize=${SKYWRIGHT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1
    -UNDEBUG -D_GLIBCXX_ASSERTIONS)
  target_link_options(skywright_options INTERFACE -fsanitize=${SKYWRIGHT_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  # OpenSSF Compiler Options Hardening Guide, those that cost no speed in kernels.
  target_compile_options(skywright_options INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
    -fcf-protection=full -fno-delete-null-pointer-checks)
  target_link_options(skywright_options INTERFACE
    -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
endif()
