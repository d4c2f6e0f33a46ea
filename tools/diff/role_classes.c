/* see role_classes.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/role_classes.h"

#include "policy/record.h"

enum { CLASSES_MAX = 20 };

/* What a role means to both policies: for each place where roles are named, whether it is. */
struct meaning {
    struct pn_slice role;
    struct bytes places;
    bool matters;
};

static void add_place(struct meaning *m, bool named)
{
    bytes_append_u8(&m->places, named);
    m->matters = m->matters || named;
}

static bool in_mask(const struct pn_policy *policy, uint32_t mask, uint16_t bit)
{
    if (mask == PN_NONE32 || bit == PN_NONE16) return false;
    return (pn_load64(pn_role_mask_at(policy, mask) + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) != 0;
}

static void add_rules(struct meaning *m, const struct role_side *s, uint16_t bit)
{
    for (uint16_t rule = 0; rule < s->policy->rule_count; rule++) {
        if ((s->rules[rule / 64] >> rule % 64 & 1) == 0) continue;
        add_place(m,
                  in_mask(s->policy, pn_load32(pn_rule_at(s->policy, rule) + PN_RULE_ROLES), bit));
    }
}

static void add_derived(struct meaning *m, const struct role_side *s, uint16_t bit)
{
    for (uint16_t i = 0; i < s->policy->derived_count; i++) {
        const uint8_t *at = pn_record(s->policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, i);
        add_place(m, in_mask(s->policy, pn_load32(at + PN_DERIVED_PARENTS), bit));
    }
}

/* Predicates that ask for a role, and layers, for which each role is its own. */
static void add_singles(struct meaning *m, const struct role_side *s, uint16_t bit)
{
    for (uint16_t p = 0; p < s->policy->predicate_count; p++) {
        const uint8_t *at = pn_predicate_at(s->policy, p);
        if (at[PN_PREDICATE_KIND] != PN_PREDICATE_ROLE) continue;
        if ((s->reads->predicates[p / 64] >> p % 64 & 1) == 0) continue;
        add_place(m, pn_load32(at + PN_PREDICATE_ARG) == bit);
    }
    for (uint16_t r = 0; s->policy->layer_count > 0 && r < s->policy->role_count; r++) {
        add_place(m, r == bit);
    }
}

static struct meaning meaning_of(const struct role_side sides[2], struct pn_slice role)
{
    struct meaning m = { .role = role };

    for (size_t i = 0; i < 2; i++) {
        uint16_t bit = pn_policy_role(sides[i].policy, role);
        add_rules(&m, &sides[i], bit);
        add_derived(&m, &sides[i], bit);
        add_singles(&m, &sides[i], bit);
    }
    return m;
}

static struct pn_slice either(struct arena *arena, struct pn_slice a, struct pn_slice b)
{
    const char *text = arena_format(arena, "%.*s or %.*s", (int)a.len, (const char *)a.at,
                                    (int)b.len, (const char *)b.at);

    return pn_slice(text, strlen(text));
}

/* Put it with those of the same meaning, or by itself; false when there is no room. */
static bool place(struct arena *arena, struct meaning *classes, const struct meaning *m,
                  struct contrast *contrast)
{
    struct pn_slice places = bytes_slice(&m->places);

    for (size_t i = 0; i < contrast->roles.count; i++) {
        struct role_class *class = &contrast->roles.items[i];
        if (!pn_slice_equal(bytes_slice(&classes[i].places), places)) continue;
        if (pn_slice_equal(class->first, m->role)) return true;
        class->name = either(arena, class->name, m->role);
        return true;
    }
    if (contrast->roles.count == CLASSES_MAX) return false;
    classes[contrast->roles.count] = (struct meaning){ .role = m->role, .places = { .at = NULL } };
    bytes_append(&classes[contrast->roles.count].places, places);
    LIST_PUSH(arena, &contrast->roles, ((struct role_class){ m->role, m->role }));
    return true;
}

static bool was_seen(const struct role_side sides[2], size_t side, struct pn_slice role)
{
    return side == 1 && pn_policy_role(sides[0].policy, role) != PN_NONE16;
}

bool role_classes_find(struct arena *arena, const struct role_side sides[2],
                       struct contrast *contrast)
{
    struct meaning classes[CLASSES_MAX];
    bool all = true;

    for (size_t side = 0; side < 2; side++) {
        for (uint16_t r = 0; r < sides[side].policy->role_count; r++) {
            struct pn_slice role = pn_policy_role_name(sides[side].policy, r);
            if (was_seen(sides, side, role)) continue;
            struct meaning m = meaning_of(sides, role);
            if (m.matters) all = place(arena, classes, &m, contrast) && all;
            bytes_free(&m.places);
        }
    }
    for (size_t i = 0; i < contrast->roles.count; i++) bytes_free(&classes[i].places);
    return all && contrast->roles.count <= CONTRAST_ROLES_MAX;
}
