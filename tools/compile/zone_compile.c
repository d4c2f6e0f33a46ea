/* see zone_compile.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/zone_compile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/bytes.h"
#include "policy/civil_time.h"
#include "policy/zone_table.h"

enum {
    NAME_BYTES_MAX = 64,
    FILE_BYTES_MAX = 1 << 18,
    HEAD_BYTES = 44,
    TYPE_BYTES = 6,
    DAY_S = 86400,
};

struct entry {
    int64_t instant;
    int32_t offset_s;
};

struct yearly { /* a switch of every year */
    int32_t offset_s, time_s;
    uint8_t month, week, week_day;
};

struct zone_file {
    struct arena *arena;
    LIST(struct entry) entries; /* ascending; the offset changes at each */
    int32_t first_offset_s;     /* before the first entry */
    struct yearly yearly[2];
    uint8_t yearly_count;
};

/* --- Files --- */

/* Big-endian, as the database is. */
static int64_t load_be(const uint8_t *at, size_t bytes)
{
    uint64_t value = (at[0] & 0x80) != 0 ? UINT64_MAX : 0;

    for (size_t i = 0; i < bytes; i++) value = value << 8 | at[i];
    return (int64_t)value;
}

/* A zone's name leads to a file of the folder and nowhere else. */
static bool is_name(struct pn_slice name)
{
    if (name.len == 0 || name.len > NAME_BYTES_MAX || name.at[0] == '/') return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t ch = name.at[i];
        if (!isalnum(ch) && (ch == '\0' || strchr("_+-/", ch) == NULL)) return false;
    }
    return true;
}

/* The whole file; empty when there is none, or none of a sensible size. */
static struct pn_slice file_read(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    struct pn_slice bytes = { NULL, 0 };

    if (file == NULL) return bytes;
    uint8_t *at = arena_take(arena, FILE_BYTES_MAX);
    bytes = pn_slice(at, fread(at, 1, FILE_BYTES_MAX, file));
    fclose(file);
    return bytes.len < FILE_BYTES_MAX ? bytes : (struct pn_slice){ NULL, 0 };
}

/* Take the first line from `text`, without its end. */
static struct pn_slice line_next(struct pn_slice *text)
{
    struct pn_slice line = pn_slice_head(*text, pn_slice_find(*text, '\n'));

    *text = pn_slice_from(*text, line.len < text->len ? line.len + 1 : line.len);
    return line;
}

/* The zone that tzdata.zi has `name` linked to ("L Europe/Berlin Arctic/Longyearbyen"); empty when
 * it knows no such link. */
static struct pn_slice link_target(struct arena *arena, const char *folder, struct pn_slice name)
{
    struct pn_slice text = file_read(arena, arena_format(arena, "%s/tzdata.zi", folder));

    while (text.len > 0) {
        struct pn_slice line = line_next(&text);
        if (!pn_slice_begins(line, PN_SLICE("L "))) continue;
        line = pn_slice_from(line, 2);
        size_t space = pn_slice_find(line, ' ');
        if (space == line.len || !pn_slice_equal(pn_slice_from(line, space + 1), name)) continue;
        return pn_slice_head(line, space);
    }
    return pn_slice(NULL, 0);
}

static struct pn_slice zone_bytes(struct arena *arena, const char *folder, struct pn_slice name)
{
    const char *format = "%s/%.*s";
    struct pn_slice bytes =
        file_read(arena, arena_format(arena, format, folder, (int)name.len, name.at));

    if (bytes.len > 0) return bytes;
    struct pn_slice target = link_target(arena, folder, name);
    if (!is_name(target)) return bytes;
    return file_read(arena, arena_format(arena, format, folder, (int)target.len, target.at));
}

/* --- The rule at the end: "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 9636, 3.3; POSIX, 8.3) --- */

struct cursor {
    const char *at; /* NUL-terminated */
    bool bad;
};

static bool take(struct cursor *c, char ch)
{
    if (*c->at != ch) return false;
    c->at++;
    return true;
}

static int32_t take_number(struct cursor *c, int32_t least, int32_t most)
{
    int32_t value = 0;
    const char *start = c->at;

    while (isdigit((unsigned char)*c->at) && value <= most) value = value * 10 + (*c->at++ - '0');
    if (c->at == start || value < least || value > most) c->bad = true;
    return value;
}

/* Hours, and minutes and seconds when they are written, with a sign before all. */
static int32_t take_time(struct cursor *c, int32_t hours_most)
{
    int32_t sign = take(c, '-') ? -1 : 1;

    if (sign > 0) take(c, '+');
    int32_t seconds = take_number(c, 0, hours_most) * 3600;
    if (take(c, ':')) seconds += take_number(c, 0, 59) * 60;
    if (take(c, ':')) seconds += take_number(c, 0, 59);
    return sign * seconds;
}

/* Three letters or more, or anything between < and >. */
static void take_abbreviation(struct cursor *c)
{
    const char *start = c->at;

    if (take(c, '<')) {
        while (*c->at != '\0' && *c->at != '>') c->at++;
        if (!take(c, '>')) c->bad = true;
        return;
    }
    while (isalpha((unsigned char)*c->at)) c->at++;
    if (c->at - start < 3) c->bad = true;
}

/* ",M3.5.0/3". Days counted from New Year, which POSIX has too, are in no zone there is. */
static void take_switch(struct cursor *c, struct yearly *yearly)
{
    if (!take(c, ',') || !take(c, 'M')) c->bad = true;
    yearly->month = (uint8_t)take_number(c, 1, 12);
    if (!take(c, '.')) c->bad = true;
    yearly->week = (uint8_t)take_number(c, 1, 5);
    if (!take(c, '.')) c->bad = true;
    yearly->week_day = (uint8_t)take_number(c, 0, 6);
    yearly->time_s = take(c, '/') ? take_time(c, 167) : 2 * 3600;
}

static bool read_rule(struct zone_file *zone, const char *text, int32_t *standard_s)
{
    struct cursor c = { .at = text };

    take_abbreviation(&c);
    *standard_s = -take_time(&c, 24);
    if (!c.bad && *c.at == '\0') return true;
    take_abbreviation(&c);
    bool plain = *c.at == ',' || *c.at == '\0';
    zone->yearly[0].offset_s = plain ? *standard_s + 3600 : -take_time(&c, 24);
    take_switch(&c, &zone->yearly[0]);
    take_switch(&c, &zone->yearly[1]);
    zone->yearly[1].offset_s = *standard_s;
    zone->yearly_count = 2;
    return !c.bad && *c.at == '\0';
}

/* --- The compiled zone (RFC 9636, 3) --- */

struct head {
    uint32_t ut_count, standard_count, leap_count, entry_count, type_count, name_bytes;
};

/* One of the two blocks of a file, whose instants take `instant_bytes`. */
struct block {
    struct head head;
    const uint8_t *instants, *indices, *types;
    size_t bytes; /* all of it, the head too */
};

static bool block_at(struct pn_slice file, size_t instant_bytes, struct block *b)
{
    uint32_t counts[6];

    if (file.len < HEAD_BYTES || memcmp(file.at, "TZif", 4) != 0) return false;
    for (size_t i = 0; i < 6; i++) {
        counts[i] = (uint32_t)load_be(file.at + 20 + 4 * i, 4);
        if (counts[i] > FILE_BYTES_MAX) return false;
    }
    b->head = (struct head){ counts[0], counts[1], counts[2], counts[3], counts[4], counts[5] };
    b->instants = file.at + HEAD_BYTES;
    b->indices = b->instants + b->head.entry_count * instant_bytes;
    b->types = b->indices + b->head.entry_count;
    b->bytes = HEAD_BYTES + b->head.entry_count * (instant_bytes + 1) +
               b->head.type_count * TYPE_BYTES + b->head.name_bytes +
               b->head.leap_count * (instant_bytes + 4) + b->head.standard_count + b->head.ut_count;
    return b->bytes <= file.len && b->head.type_count > 0;
}

static int32_t type_offset(const struct block *b, size_t type)
{
    return (int32_t)load_be(b->types + type * TYPE_BYTES, 4);
}

static bool read_entries(struct zone_file *zone, const struct block *b)
{
    int32_t offset_s = type_offset(b, 0);

    zone->first_offset_s = offset_s;
    for (size_t i = 0; i < b->head.entry_count; i++) {
        if (b->indices[i] >= b->head.type_count) return false;
        struct entry entry = { load_be(b->instants + 8 * i, 8), type_offset(b, b->indices[i]) };
        if (entry.offset_s == offset_s) continue;
        offset_s = entry.offset_s;
        if (entry.instant < PN_INSTANT_SECONDS_MIN) zone->first_offset_s = offset_s;
        else LIST_PUSH(zone->arena, &zone->entries, entry);
    }
    return true;
}

static const char *read_zone(struct zone_file *zone, struct pn_slice file)
{
    struct block b;
    int32_t standard_s;

    if (!block_at(file, 4, &b)) return "is not a compiled time zone";
    if (file.at[4] < '2') return "is compiled in an old form that ends in 2037";
    file = pn_slice_from(file, b.bytes);
    if (!block_at(file, 8, &b) || !read_entries(zone, &b)) return "is not a compiled time zone";
    if (b.head.leap_count > 0) return "counts leap seconds, which no policy does";
    file = pn_slice_from(file, b.bytes);
    if (file.len < 2 || file.at[0] != '\n') return "is not a compiled time zone";
    file = pn_slice_from(file, 1);
    struct pn_slice rule = arena_copy(zone->arena, line_next(&file));
    if (rule.len == 0) return NULL; /* nothing is known of the future: the last entry stays */
    if (!read_rule(zone, (const char *)rule.at, &standard_s))
        return "ends in a rule of another kind";
    size_t count = zone->entries.count;
    int32_t last = count > 0 ? zone->entries.items[count - 1].offset_s : zone->first_offset_s;
    if (zone->yearly_count == 0 && last != standard_s) return "contradicts itself about its end";
    return NULL;
}

/* --- The table --- */

static void append_i32(struct bytes *table, int32_t value)
{
    bytes_append_u32(table, (uint32_t)value);
}

/* The place of `offset_s` among the first `count` of a table's offsets, which begin at `from`;
 * `count` when it is not there. */
static size_t offset_index(const struct bytes *table, size_t from, size_t count, int32_t offset_s)
{
    size_t i = 0;

    while (i < count && (int32_t)pn_load32(table->at + from + 4 * i) != offset_s) i++;
    return i;
}

static void append_head(const struct zone_file *zone, struct bytes *table)
{
    bytes_append_u16(table, (uint16_t)zone->entries.count);
    bytes_append_u8(table, 0); /* the number of offsets comes later */
    bytes_append_u8(table, zone->yearly_count);
    for (size_t i = 0; i < zone->yearly_count; i++) {
        append_i32(table, zone->yearly[i].offset_s);
        append_i32(table, zone->yearly[i].time_s);
        bytes_append_u8(table, zone->yearly[i].month);
        bytes_append_u8(table, zone->yearly[i].week);
        bytes_append_u8(table, zone->yearly[i].week_day);
        bytes_append_u8(table, 0);
    }
}

static void append_table(const struct zone_file *zone, struct bytes *table)
{
    size_t start = table->len, count = 1;

    append_head(zone, table);
    size_t from = table->len;
    append_i32(table, zone->first_offset_s);
    for (size_t i = 0; i < zone->entries.count; i++) {
        int32_t offset_s = zone->entries.items[i].offset_s;
        if (offset_index(table, from, count, offset_s) < count) continue;
        append_i32(table, offset_s);
        count++;
    }
    table->at[start + 2] = (uint8_t)count; /* a file has at most 255 kinds of time */
    for (size_t i = 0; i < zone->entries.count; i++) {
        const struct entry *entry = &zone->entries.items[i];
        bytes_append_u32(table, (uint32_t)entry->instant);
        bytes_append_u8(table, (uint8_t)(entry->instant >> 32));
        bytes_append_u8(table, (uint8_t)offset_index(table, from, count, entry->offset_s));
    }
}

/* Whether the rule alone, a table without entries, says the same from the last entry but one up to
 * the last and at it. Rules switch twice a year, so looking once a day misses nothing. */
static bool rule_explains_last(const struct zone_file *zone, struct pn_slice rule)
{
    const struct entry *last = &zone->entries.items[zone->entries.count - 1];

    if (zone->entries.count < 2 || pn_zone_offset(rule, last->instant) != last->offset_s) {
        return false;
    }
    for (int64_t at = last[-1].instant; at < last->instant; at += DAY_S) {
        if (pn_zone_offset(rule, at) != last[-1].offset_s) return false;
    }
    return pn_zone_offset(rule, last->instant - 1) == last[-1].offset_s;
}

/* Entries that the rule would give as well are left to it. */
static void drop_explained(struct zone_file *zone)
{
    struct zone_file alone = *zone;
    struct bytes rule = { .at = NULL };

    alone.entries.count = 0;
    append_table(&alone, &rule);
    while (zone->yearly_count > 0 && rule_explains_last(zone, bytes_slice(&rule))) {
        zone->entries.count--;
    }
    bytes_free(&rule);
}

const char *zone_compile(struct arena *arena, const char *folder, struct pn_slice name,
                         struct bytes *table)
{
    struct zone_file zone = { .arena = arena };
    size_t start = table->len;

    if (!is_name(name)) return "that is not the name of a time zone";
    struct pn_slice file = zone_bytes(arena, folder, name);
    if (file.len == 0) {
        return arena_format(arena, "there is no time zone %.*s in %s", (int)name.len, name.at,
                            folder);
    }
    const char *why = read_zone(&zone, file);
    if (why == NULL && zone.entries.count > UINT16_MAX) why = "changes too often";
    if (why != NULL) return arena_format(arena, "time zone %.*s %s", (int)name.len, name.at, why);
    drop_explained(&zone);
    append_table(&zone, table);
    if (pn_zone_is_sound(pn_slice(table->at + start, table->len - start))) return NULL;
    table->len = start;
    return arena_format(arena, "time zone %.*s has numbers out of range", (int)name.len, name.at);
}
