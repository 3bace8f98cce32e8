find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)
target_link_libraries(${target} PUBLIC fmt::fmt Threads::Threads PRIVATE TBB::tbb)
# Vector code chosen at run time (random_fill.h).
find_library(HWY_LIBRARY hwy REQUIRED)
target_link_libraries(${target} PRIVATE ${HWY_LIBRARY})
# Where the thread sanitizer looks on: oneTBB's headers would tell it but half of the handing over.
if(SKYWRIGHT_SANITIZE MATCHES "thread")
  set_source_files_properties(${folder}/detail/thread_arena.cpp PROPERTIES
    COMPILE_OPTIONS "-fno-sanitize=thread" COMPILE_DEFINITIONS SKYWRIGHT_TELLS_TSAN)
endif()
