# Files as bytes of the program, so that nothing is looked for at run time.
#
#     skywright_embed(${target} ${module} FILES data/instruments/lsst.toml ...)     in a module.cmake
#
# defines `skywright::<module>::detail::embedded_files()` (declare it in detail/embedded_files.h, see
# base/embedded_file.h), one entry a file, named by its file name, in the order given. The assembler's
# .incbin takes the bytes as they are: a file of many megabytes costs no compile time.
function(skywright_embed target module)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "FILES")
  set(body "")
  set(entries "")
  set(index 0)
  set(paths "")
  foreach(file IN LISTS arg_FILES)
    get_filename_component(path ${file} ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
    get_filename_component(name ${file} NAME)
    if(NOT EXISTS ${path})
      message(FATAL_ERROR "skywright_embed: ${path} does not exist")
    endif()
    set(symbol skywright_${module}_file_${index})
    string(APPEND body
      "__asm__(\".section .rodata\\n\"\n"
      "        \".balign 64\\n\"\n"
      "        \".global ${symbol}\\n${symbol}:\\n\"\n"
      "        \".incbin \\\"${path}\\\"\\n\"\n"
      "        \".global ${symbol}_end\\n${symbol}_end:\\n\"\n"
      "        \".byte 0\\n\"\n"
      "        \".text\\n\");\n"
      "extern \"C\" const char ${symbol}[];\n"
      "extern \"C\" const char ${symbol}_end[];\n")
    string(APPEND entries
      "      {\"${name}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    list(APPEND paths ${path})
    math(EXPR index "${index} + 1")
  endforeach()
  set(unit ${CMAKE_BINARY_DIR}/embedded/${module}.cpp)
  file(CONFIGURE OUTPUT ${unit} @ONLY CONTENT
"// Made by cmake/embed.cmake.
#include \"skywright/base/embedded_file.h\"

@body@
namespace skywright::@module@::detail {
std::span<const EmbeddedFile> embedded_files() {
  static const EmbeddedFile files[] = {
@entries@  };
  return files;
}
}  // namespace skywright::@module@::detail
")
  # The bytes reach the object file past the preprocessor, so dependencies must be named.
  set_source_files_properties(${unit} PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE ${unit})
endfunction()
