# Flags: the same for everything, so that one precompiled header serves all (with sanitizers: two).

if(NOT CMAKE_BUILD_TYPE)
  add_compile_options(-O1 -g1)
endif()
add_compile_options(-pthread -Wall -Wextra -Wshadow -Werror -fno-omit-frame-pointer)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # TRY (base/result.hpp) is a statement expression, on purpose.
  add_compile_options(-Wpedantic -Wno-gnu-statement-expression -Wno-gnu-statement-expression-from-macro-expansion
                      -Wno-overlength-strings)
  # Nothing of a build depends on where the tree lies, so that ccache serves every checkout of it.
  add_compile_options(-fdebug-compilation-dir=. -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
                      "SHELL:-Xclang -fno-pch-timestamp")
  # clang finds the .pch beside a header that it is told to include. CMake's own flags say it with absolute paths behind
  # -Xclang, which ccache cannot make relative.
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include <PCH_HEADER>)
endif()

if(LINCHPIN_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  CCACHE_PCH_EXTSUM=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# The precompiled header: the standard library, which every file needs and which never changes.
set(pch_headers <algorithm> <array> <chrono> <compare> <cstdint> <cstring> <functional> <initializer_list> <map> <memory>
                <mutex> <optional> <set> <span> <sstream> <string> <string_view> <thread> <tuple> <type_traits>
                <unordered_map> <utility> <variant> <vector> <tl/expected.hpp>)
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp.in "namespace {}\n")
configure_file(${CMAKE_BINARY_DIR}/pch.cpp.in ${CMAKE_BINARY_DIR}/pch.cpp COPYONLY)
function(precompiled_header name)
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/pch.cpp)
  target_compile_options(${name} PRIVATE ${ARGN})
  target_precompile_headers(${name} PRIVATE ${pch_headers})
  # ccache takes this for the precompiled header's content, which would differ by the checkout's path.
  get_directory_property(options COMPILE_OPTIONS)
  string(REPLACE "${CMAKE_SOURCE_DIR}" "" options "${options} ${ARGN}")
  string(SHA256 sum "${pch_headers} ${options} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_BUILD_TYPE} ${CMAKE_CXX_FLAGS}")
  file(WRITE ${CMAKE_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.pch.sum "${sum}\n")
endfunction()
precompiled_header(linchpin_pch)
precompiled_header(linchpin_unoptimized_pch -O0)

# precompiled(TARGET): it uses the precompiled header.
function(precompiled target)
  target_precompile_headers(${target} REUSE_FROM linchpin_pch)
endfunction()

# precompiled_unoptimized(TARGET): the same; but with sanitizers, whose code takes long to optimize, the target's code is
# not. For what is run once: the tests themselves.
function(precompiled_unoptimized target)
  if(LINCHPIN_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
    target_precompile_headers(${target} REUSE_FROM linchpin_unoptimized_pch)
  else()
    precompiled(${target})
  endif()
endfunction()
