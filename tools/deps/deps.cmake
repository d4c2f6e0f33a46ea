# SPDX-License-Identifier: Apache-2.0
#
# Dependency targets: mbedcrypto, fyaml, tinycbor, and for tests unity and yyjson.
#
# Tarballs, unpacked trees and the prebuilt libraries live in POSTERN_DEPS_DIR and are shared by
# all build directories; a file lock keeps configures that run at the same time apart. TinyCBOR
# reads bytes from outside, so it is compiled in each build with that build's sanitizers; so are
# Unity and yyjson, which are one file each.
set(deps_usual "${CMAKE_SOURCE_DIR}/.deps")
if(NOT "$ENV{POSTERN_DEPS_DIR}" STREQUAL "")
    set(deps_usual "$ENV{POSTERN_DEPS_DIR}")
endif()
set(POSTERN_DEPS_DIR "${deps_usual}" CACHE PATH "Pinned tarballs and what is built of them")
file(MAKE_DIRECTORY ${POSTERN_DEPS_DIR})
set(deps_src ${POSTERN_DEPS_DIR}/src)
set(mbedtls_config ${CMAKE_SOURCE_DIR}/platforms/mbedtls/mbedtls_config.h)
set(deps_inputs ${CMAKE_SOURCE_DIR}/tools/deps.lock ${CMAKE_SOURCE_DIR}/tools/deps/CMakeLists.txt
                ${mbedtls_config})
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${deps_inputs}
             ${CMAKE_SOURCE_DIR}/tools/deps/fetch.sh)

set(deps_key "${CMAKE_C_COMPILER_ID}-${CMAKE_C_COMPILER_VERSION}-${CMAKE_SYSTEM_PROCESSOR}")
set(deps_state "")
foreach(input IN LISTS deps_inputs)
    file(SHA256 ${input} digest)
    string(APPEND deps_state ${digest})
endforeach()
string(SHA256 deps_state "${deps_state} ${CMAKE_C_COMPILER} ${CMAKE_SOURCE_DIR}")
string(SUBSTRING ${deps_state} 0 12 deps_state)
set(deps_built ${POSTERN_DEPS_DIR}/built/${deps_key}-${deps_state})

file(LOCK ${POSTERN_DEPS_DIR}/lock GUARD FILE TIMEOUT 900)
execute_process(COMMAND ${CMAKE_COMMAND} -E env CMAKE_COMMAND=${CMAKE_COMMAND}
                        sh ${CMAKE_SOURCE_DIR}/tools/deps/fetch.sh ${POSTERN_DEPS_DIR}
                RESULT_VARIABLE fetched)
if(NOT fetched EQUAL 0)
    message(FATAL_ERROR "The dependencies are not what tools/deps.lock pins; see the lines above.")
endif()
if(NOT EXISTS ${deps_built}/done)
    message(STATUS "Building mbedTLS and libfyaml into ${deps_built}")
    execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${CMAKE_SOURCE_DIR}/tools/deps -B ${deps_built}
                            -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_MAKE_PROGRAM=${CMAKE_MAKE_PROGRAM}
                            -DDEPS_SRC=${deps_src} -DMBEDTLS_CONFIG=${mbedtls_config}
                    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${deps_built}
                    OUTPUT_VARIABLE deps_log RESULT_VARIABLE deps_result)
    if(NOT deps_result EQUAL 0)
        message(FATAL_ERROR "mbedTLS or libfyaml did not build:\n${deps_log}")
    endif()
    file(TOUCH ${deps_built}/done)
endif()
file(LOCK ${POSTERN_DEPS_DIR}/lock RELEASE)

find_package(Threads REQUIRED)

add_library(mbedcrypto STATIC IMPORTED)
set_target_properties(mbedcrypto PROPERTIES IMPORTED_LOCATION ${deps_built}/libmbedcrypto.a)
target_include_directories(mbedcrypto SYSTEM INTERFACE ${deps_src}/mbedtls/include)
target_compile_definitions(mbedcrypto INTERFACE MBEDTLS_CONFIG_FILE="${mbedtls_config}")
target_link_libraries(mbedcrypto INTERFACE Threads::Threads)

add_library(fyaml STATIC IMPORTED)
set_target_properties(fyaml PROPERTIES IMPORTED_LOCATION ${deps_built}/libfyaml.a)
target_include_directories(fyaml SYSTEM INTERFACE ${deps_src}/libfyaml/include)
target_link_libraries(fyaml INTERFACE Threads::Threads)

# No float formatting, no pretty printer, nothing that allocates: what core may call on a
# microcontroller. tools/check/cortex_m.sh compiles against the same headers.
set(tinycbor_dir ${deps_src}/tinycbor/src)
add_library(tinycbor STATIC
            ${tinycbor_dir}/cborencoder.c ${tinycbor_dir}/cborencoder_close_container_checked.c
            ${tinycbor_dir}/cborencoder_float.c ${tinycbor_dir}/cborparser.c
            ${tinycbor_dir}/cborparser_float.c ${tinycbor_dir}/cborvalidation.c
            ${tinycbor_dir}/cborerrorstrings.c)
target_include_directories(tinycbor SYSTEM PUBLIC ${tinycbor_dir})
target_compile_definitions(tinycbor PUBLIC CBOR_PARSER_MAX_RECURSIONS=8)
target_compile_options(tinycbor PRIVATE -w)
target_link_libraries(tinycbor PRIVATE pn_build)

add_library(unity STATIC EXCLUDE_FROM_ALL ${deps_src}/unity/vendor/unity/src/unity.c)
target_include_directories(unity SYSTEM PUBLIC ${deps_src}/unity/vendor/unity/src)
target_compile_definitions(unity PUBLIC UNITY_INCLUDE_DOUBLE UNITY_SUPPORT_64)
target_compile_options(unity PRIVATE -w)
target_link_libraries(unity PRIVATE pn_build)

add_library(yyjson STATIC EXCLUDE_FROM_ALL ${deps_src}/yyjson/src/yyjson.c)
target_include_directories(yyjson SYSTEM PUBLIC ${deps_src}/yyjson/src)
target_compile_options(yyjson PRIVATE -w)
target_link_libraries(yyjson PRIVATE pn_build)
