# Header-only, and seen by the module's own .cpp files alone (a heavy header).
target_compile_definitions(${target} PRIVATE TOML_EXCEPTIONS=1)
