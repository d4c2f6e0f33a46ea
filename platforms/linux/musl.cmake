# SPDX-License-Identifier: Apache-2.0
#
# The shipped program stands on musl, which is made to be linked in: a third smaller as a whole than with
# glibc, nothing slower, and no part of it looks for a file or a library when it runs. The compiler
# stays the system's; a specs file says which headers, start files and library it takes instead.
# pn_musl_flags and pn_musl_link are empty with POSTERN_LIBC=system.
set(POSTERN_LIBC musl CACHE STRING "What the release binary is linked with: musl, or the system's own")
set_property(CACHE POSTERN_LIBC PROPERTY STRINGS musl system)
set(pn_musl_flags "")
set(pn_musl_link "")
if(NOT POSTERN_VARIANT STREQUAL "release" OR NOT POSTERN_LIBC STREQUAL "musl")
    return()
endif()

set(kernel_target ${CMAKE_LIBRARY_ARCHITECTURE}) # x86_64-linux-gnu
string(REGEX REPLACE "-gnu.*" "-musl" musl_target "${kernel_target}")
set(musl_headers /usr/include/${musl_target})
set(musl_lib /usr/lib/${musl_target})
if(NOT EXISTS ${musl_lib}/rcrt1.o OR NOT EXISTS ${musl_headers}/stdio.h)
    message(FATAL_ERROR "The release binary is linked with musl, and ${musl_lib} has none: install musl-dev, "
                        "or configure with -DPOSTERN_LIBC=system for a larger binary.")
endif()

# What the kernel declares belongs to no libc; of the system's headers these folders alone.
set(kernel_headers ${CMAKE_BINARY_DIR}/kernel-headers)
file(MAKE_DIRECTORY ${kernel_headers})
foreach(folder linux asm-generic ${kernel_target}/asm)
    get_filename_component(name ${folder} NAME)
    file(CREATE_LINK /usr/include/${folder} ${kernel_headers}/${name} SYMBOLIC)
endforeach()

configure_file(platforms/linux/musl.specs.in ${CMAKE_BINARY_DIR}/musl.specs @ONLY)
set(pn_musl_flags -specs=${CMAKE_BINARY_DIR}/musl.specs)
set(pn_musl_link ${pn_musl_flags} -Wl,-z,stack-size=1048576) # of a thread; musl gives 128 KB by itself
