find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)
target_link_libraries(${target} PUBLIC fmt::fmt Threads::Threads PRIVATE TBB::tbb)
# Vector code chosen at run time (random_fill.h).
find_library(HWY_LIBRARY hwy REQUIRED)
target_link_libraries(${target} PRIVATE ${HWY_LIBRARY})
