include(embed)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
target_link_libraries(${target} PRIVATE nlohmann_json::nlohmann_json ZLIB::ZLIB)
skywright_embed(${target} ${module} FILES
  data/schemas/alert/skywright.v1_0.alert.avsc
  data/schemas/alert/skywright.v1_0.diaForcedSource.avsc
  data/schemas/alert/skywright.v1_0.diaObject.avsc
  data/schemas/alert/skywright.v1_0.diaSource.avsc
  data/schemas/alert/skywright.v1_0.mpc_orbits.avsc
  data/schemas/alert/skywright.v1_0.ssSource.avsc
  data/schemas/ztf/ztf.alert.3_3.avsc)
# Only loading is of the program; Kafka is met by a library of its own, where librdkafka is.
target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
find_path(RDKAFKA_INCLUDE_DIR librdkafka/rdkafka.h)
find_library(RDKAFKA_LIBRARY rdkafka)
if(RDKAFKA_INCLUDE_DIR AND RDKAFKA_LIBRARY)
  add_library(skywright_kafka SHARED ${folder}/kafka/adapter.c)
  target_include_directories(skywright_kafka PRIVATE ${PROJECT_SOURCE_DIR}/src ${RDKAFKA_INCLUDE_DIR})
  target_link_libraries(skywright_kafka PRIVATE ${RDKAFKA_LIBRARY})
  target_compile_options(skywright_kafka PRIVATE -Wall -Wextra -Wconversion)
  set_target_properties(skywright_kafka PROPERTIES
    C_STANDARD 11 LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  message(STATUS "Kafka adapter: yes (${RDKAFKA_LIBRARY})")
else()
  message(STATUS "Kafka adapter: no, for want of librdkafka; alerts go to files")
endif()
