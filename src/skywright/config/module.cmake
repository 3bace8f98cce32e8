# Header-only, and seen by the module's own .cpp files alone (a heavy header).
target_compile_definitions(${target} PRIVATE TOML_EXCEPTIONS=1)
find_package(nlohmann_json REQUIRED)
target_link_libraries(${target} PUBLIC nlohmann_json::nlohmann_json)
