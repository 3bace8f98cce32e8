find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)
target_link_libraries(${target} PUBLIC fmt::fmt Threads::Threads PRIVATE TBB::tbb)
