/* see port/port_argon2id.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "port/port_argon2id.h"

#include <argon2.h>

/* The library asks for memory by a function without an argument of ours. */
static _Thread_local void *lent;

static int take_memory(uint8_t **memory, size_t bytes)
{
    (void)bytes;
    *memory = lent;
    return ARGON2_OK;
}

/* It has wiped it by then. */
static void give_memory_back(uint8_t *memory, size_t bytes)
{
    (void)memory;
    (void)bytes;
}

/* The library takes what it only reads as if it wrote there, which it does when flags say so. */
static uint8_t *unchanged(struct pn_slice s)
{
    return s.len > 0 ? (uint8_t *)(uintptr_t)s.at : NULL;
}

bool port_argon2id(const struct port_argon2id_cost *cost, const struct port_argon2id_input *input,
                   void *memory, uint8_t key[PORT_ARGON2ID_BYTES])
{
    argon2_context context = {
        .out = key,
        .outlen = PORT_ARGON2ID_BYTES,
        .pwd = unchanged(input->password),
        .pwdlen = (uint32_t)input->password.len,
        .salt = unchanged(input->salt),
        .saltlen = (uint32_t)input->salt.len,
        .secret = unchanged(input->secret),
        .secretlen = (uint32_t)input->secret.len,
        .ad = unchanged(input->data),
        .adlen = (uint32_t)input->data.len,
        .t_cost = cost->passes,
        .m_cost = cost->memory_kib,
        .lanes = cost->lanes,
        .threads = 1,
        .version = ARGON2_VERSION_13,
        .allocate_cbk = take_memory,
        .free_cbk = give_memory_back,
        .flags = ARGON2_DEFAULT_FLAGS,
    };

    memset(key, 0, PORT_ARGON2ID_BYTES);
    if (!port_argon2id_cost_is_good(cost) || input->salt.len < PORT_ARGON2ID_SALT_BYTES_MIN) {
        return false;
    }
    lent = memory;
    int failed = argon2_ctx(&context, Argon2_id);
    lent = NULL;
    return failed == ARGON2_OK;
}
