# SPDX-License-Identifier: Apache-2.0
#
# The tables of tools/unicode, made of the pinned Unicode Character Database by a program that is
# compiled for this purpose alone. Sets unicode_source to the C file.
set(unicode_source ${CMAKE_BINARY_DIR}/unicode_tables.c)
list(REMOVE_ITEM tools_sources ${CMAKE_CURRENT_LIST_DIR}/unicode_write.c)
add_executable(unicode_write ${CMAKE_CURRENT_LIST_DIR}/unicode_write.c)
target_link_libraries(unicode_write PRIVATE pn_ours)
add_custom_command(OUTPUT ${unicode_source}
                   COMMAND unicode_write ${unicode_dir} > ${unicode_source}.part
                   COMMAND ${CMAKE_COMMAND} -E rename ${unicode_source}.part ${unicode_source}
                   DEPENDS unicode_write ${unicode_dir}/UnicodeData.txt
                   COMMENT "Writing the Unicode tables" VERBATIM)
