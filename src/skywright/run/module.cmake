# Only loading is of the program; MPI itself is met by a library of its own, where there is one.
target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
find_package(MPI QUIET COMPONENTS C)
if(MPI_C_FOUND)
  add_library(skywright_mpi SHARED ${folder}/mpi/adapter.c)
  target_include_directories(skywright_mpi PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(skywright_mpi PRIVATE MPI::MPI_C)
  target_compile_options(skywright_mpi PRIVATE -Wall -Wextra -Wconversion)
  set_target_properties(skywright_mpi PROPERTIES
    C_STANDARD 11 LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  message(STATUS "MPI adapter: yes (${MPI_C_LIBRARIES})")
else()
  message(STATUS "MPI adapter: no, for want of MPI; everything runs on threads")
endif()
