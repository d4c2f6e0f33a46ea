/* inventory.h - what the policy in force lets anybody reach, as JSON: models, servers and tools, with
 * their owner, how each is reached, who may use it, and since when it is there.
 *
 *     {"policy":{"identity":"...","sequence":7},
 *      "models":[{"name":"fast","alias_of":"gpt-4o-mini","owner":"ML platform","provider":"openai",
 *        "upstream":{"name":"gpt-4o-mini","url":"https://api.openai.com/v1","model":"gpt-4o-mini",
 *                    "credential":"openai-mini"},
 *        "since":{"sequence":3,"at":1800000000},"may_use":[{"team":"support"}]}],
 *      "servers":[{"name":"crm","owner":null,"path":"/mcp/crm","upstream":{...},
 *        "since":{"sequence":1,"at":1799990000,"or_earlier":true},"may_use":"anyone",
 *        "tools":[{"name":"lookup","since":...,"may_use":[{"agent":"triage"}]}]}]}
 *
 * "may_use" is what the policy attaches: to whom, or "anyone" where it attaches nothing to anybody;
 * rules decide each call on top of that. Who has a server has all of its tools; under "tools" are those
 * that somebody is attached to by name. Which tools a server has besides is the server's to say, and
 * may differ for each caller: nobody here knows it. A credential is a name, never a value.
 *
 * It is written piece by piece, so it may be of any length. A piece looks at a bounded number of records.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_INVENTORY_H
#define PN_INVENTORY_H

#include "core/admin/since.h"
#include "core/base/writer.h"

/* How far one listing has come. */
struct pn_inventory {
    uint8_t identity[32];  /* of the policy that is listed */
    uint8_t step;          /* enum in inventory.c */
    uint8_t list;          /* enum pn_owns: models come first */
    bool some, some_tools; /* something stands in the list that is open */
    uint32_t item, tool;   /* its index; the index of the record that names the tool */
    uint32_t at;           /* the record that is looked at next */
    uint32_t looked;       /* records, in this piece */
};

void pn_inventory_begin(struct pn_inventory *i, const struct pn_active *active);

/* Go on writing to `w`, which is empty and large enough for what is said of one thing.
 *
 *   PN_MORE     send what `w` has, which may be nothing, and call again with an empty one
 *   PN_DONE     it is whole with what `w` has
 *   PN_REFUSED  `active` (NULL: none) is another policy by now, or a name is too long; the listing
 *               cannot be ended */
enum pn_step pn_inventory_next(struct pn_inventory *i, const struct pn_active *active,
                               const struct pn_since *since, struct pn_writer *w);

#endif
