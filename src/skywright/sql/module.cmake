find_package(SQLite3 REQUIRED)
target_link_libraries(${target} PRIVATE SQLite::SQLite3)
# libpq is loaded at run time; only its header is needed here.
find_path(SKYWRIGHT_LIBPQ_INCLUDE libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)
target_include_directories(${target} SYSTEM PRIVATE ${SKYWRIGHT_LIBPQ_INCLUDE})
target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
