# SPDX-License-Identifier: Apache-2.0
#
# Dependency targets: mbedcrypto, fyaml, argon2, tinycbor, and for tests unity and yyjson.
#
# Tarballs, unpacked trees and the built libraries live in POSTERN_DEPS_DIR and are shared by all
# build directories of all checkouts; a file lock keeps configures that run at the same time apart.
# mbedTLS, libfyaml and libargon2 are the same in every build. TinyCBOR reads bytes from outside, so each variant has
# it with its own sanitizers; so it has Unity and yyjson, the second the judge of what we read.
set(deps_usual "${CMAKE_SOURCE_DIR}/.deps")
if(NOT "$ENV{POSTERN_DEPS_DIR}" STREQUAL "")
    set(deps_usual "$ENV{POSTERN_DEPS_DIR}")
endif()
set(POSTERN_DEPS_DIR "${deps_usual}" CACHE PATH "Pinned tarballs and what is built of them")
file(MAKE_DIRECTORY ${POSTERN_DEPS_DIR})
set(deps_src ${POSTERN_DEPS_DIR}/src)
set(mbedtls_config ${CMAKE_SOURCE_DIR}/platforms/mbedtls/mbedtls_config.h)
set(deps_inputs ${CMAKE_SOURCE_DIR}/tools/deps.lock ${CMAKE_SOURCE_DIR}/tools/deps/CMakeLists.txt
                ${mbedtls_config} ${CMAKE_SOURCE_DIR}/platforms/mbedtls/mbedtls_repair.inc
                ${CMAKE_SOURCE_DIR}/platforms/mbedtls/mbedtls_links.inc
                ${CMAKE_SOURCE_DIR}/platforms/mbedtls/mbedtls_multiply.inc)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${deps_inputs}
             ${CMAKE_SOURCE_DIR}/tools/deps/fetch.sh)

file(LOCK ${POSTERN_DEPS_DIR}/lock GUARD FILE TIMEOUT 900)
execute_process(COMMAND ${CMAKE_COMMAND} -E env CMAKE_COMMAND=${CMAKE_COMMAND}
                        sh ${CMAKE_SOURCE_DIR}/tools/deps/fetch.sh ${POSTERN_DEPS_DIR}
                RESULT_VARIABLE fetched)
if(NOT fetched EQUAL 0)
    message(FATAL_ERROR "The dependencies are not what tools/deps.lock pins; see the lines above.")
endif()

# deps_built LIBRARIES FLAGS FOLDER: have them built, and set FOLDER to where they are. What they
# are made of is in the folder's name, so a folder that is done is never touched again.
function(deps_built libraries flags result)
    set(state "${libraries} ${flags} ${CMAKE_C_COMPILER} ${lto_works}")
    foreach(input IN LISTS deps_inputs)
        file(SHA256 ${input} digest)
        string(APPEND state ${digest})
    endforeach()
    string(SHA256 state "${state}")
    string(SUBSTRING ${state} 0 12 state)
    list(GET libraries 0 first)
    set(folder ${POSTERN_DEPS_DIR}/built/${CMAKE_C_COMPILER_ID}-${CMAKE_C_COMPILER_VERSION})
    string(APPEND folder -${CMAKE_SYSTEM_PROCESSOR}-${first}-${state})
    set(${result} ${folder} PARENT_SCOPE)
    if(EXISTS ${folder}/done)
        return()
    endif()
    message(STATUS "Building ${libraries} into ${folder}")
    file(REMOVE_RECURSE ${folder})
    execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${CMAKE_SOURCE_DIR}/tools/deps -B ${folder}
                            -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_MAKE_PROGRAM=${CMAKE_MAKE_PROGRAM}
                            -DDEPS_SRC=${deps_src} -DMBEDTLS_CONFIG=${mbedtls_config}
                            "-DDEPS_LIBRARIES=${libraries}" "-DDEPS_FLAGS=${flags}"
                            -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=${deps_lto}
                    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${folder} OUTPUT_VARIABLE log RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "${libraries} did not build:\n${log}")
    endif()
    file(TOUCH ${folder}/done)
endfunction()

set(deps_lto OFF)
deps_built("mbedcrypto;fyaml;argon2" "-O2;-fstack-protector-strong;-fno-semantic-interposition;-fno-asynchronous-unwind-tables;${pn_musl_flags}" deps_plain)
if(POSTERN_VARIANT STREQUAL "release")
    set(deps_lto ${lto_works})
    deps_built(tinycbor "${code_flags}" deps_variant)
elseif(POSTERN_VARIANT STREQUAL "quick")
    deps_built("tinycbor;unity;yyjson" -O1 deps_variant)
else()
    deps_built("tinycbor;unity;yyjson" "${code_flags}" deps_variant)
endif()
file(LOCK ${POSTERN_DEPS_DIR}/lock RELEASE)

set(unicode_dir ${deps_src}/unicode/share/unicode) # read by tools/unicode/unicode.cmake

find_package(Threads REQUIRED)

# deps_target NAME BUILT FOLDER DEFINITION...: an archive, or what the quick build links with.
function(deps_target name built folder)
    if(POSTERN_VARIANT STREQUAL "quick")
        add_library(${name} SHARED IMPORTED)
        set(file lib${name}.so)
    else()
        add_library(${name} STATIC IMPORTED)
        set(file lib${name}.a)
    endif()
    set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${built}/${file})
    target_include_directories(${name} SYSTEM INTERFACE ${deps_src}/${folder})
    target_compile_definitions(${name} INTERFACE ${ARGN})
    target_link_libraries(${name} INTERFACE Threads::Threads)
endfunction()

deps_target(mbedcrypto ${deps_plain} mbedtls/include MBEDTLS_CONFIG_FILE="${mbedtls_config}")
deps_target(fyaml ${deps_plain} libfyaml/include)
deps_target(argon2 ${deps_plain} argon2/include)
deps_target(tinycbor ${deps_variant} tinycbor/src CBOR_PARSER_MAX_RECURSIONS=8)
if(NOT POSTERN_VARIANT STREQUAL "release")
    deps_target(unity ${deps_variant} unity/vendor/unity/src UNITY_INCLUDE_DOUBLE UNITY_SUPPORT_64)
    deps_target(yyjson ${deps_variant} yyjson/src)
endif()
