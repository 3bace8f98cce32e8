find_package(nlohmann_json REQUIRED)
target_link_libraries(${target} PRIVATE nlohmann_json::nlohmann_json)
skywright_embed(${target} ${module} FILES
  data/capacity/lsst.toml
  data/capacity/small-survey.toml)
