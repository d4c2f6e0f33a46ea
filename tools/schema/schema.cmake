# SPDX-License-Identifier: Apache-2.0
#
# The JSON Schemas of this folder as bytes in the binary: `postern policy schema` prints them. Sets
# schema_source to the C file, which is written anew only when a schema has changed.
set(schema_source ${CMAKE_BINARY_DIR}/schema_texts.c)
file(GLOB schema_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.schema.json)
set(schema_arrays "")
set(schema_rows "")
foreach(schema_file IN LISTS schema_files)
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${schema_file})
    get_filename_component(schema_name ${schema_file} NAME_WE)
    file(READ ${schema_file} schema_bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," schema_bytes "${schema_bytes}")
    string(APPEND schema_arrays "static const uint8_t ${schema_name}[] = { ${schema_bytes} };\n")
    string(APPEND schema_rows "    { \"${schema_name}\", { ${schema_name}, sizeof ${schema_name} } },\n")
endforeach()
file(CONFIGURE OUTPUT ${schema_source} CONTENT "/* written by tools/schema/schema.cmake */
#include \"tools/schema/schema_text.h\"

${schema_arrays}
const struct schema_text schema_texts[] = {
${schema_rows}    { 0, { 0, 0 } },
};
" @ONLY)
