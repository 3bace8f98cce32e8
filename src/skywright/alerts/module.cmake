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
  data/schemas/alert/skywright.v1_0.ssSource.avsc)
