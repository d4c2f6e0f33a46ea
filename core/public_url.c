/* see public_url.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/public_url.h"

void pn_public_url_write(struct pn_writer *w, const struct pn_exchange *x)
{
    if (x->config->public_url.len > 0) {
        pn_write(w, x->config->public_url);
        return;
    }
    pn_write(w, x->secured ? PN_SLICE("https://") : PN_SLICE("http://"));
    pn_write(w, pn_h1_field(&x->head, PN_FIELD_HOST));
}

void pn_public_path_write(struct pn_writer *w, const struct pn_route *route)
{
    switch ((enum pn_surface)route->surface) {
    case PN_SURFACE_MCP:
        pn_write_text(w, "/mcp/");
        pn_write(w, route->name);
        return;
    case PN_SURFACE_CHAT:
    case PN_SURFACE_MODELS: pn_write_text(w, "/v1"); return;
    case PN_SURFACE_TOKENS:
    case PN_SURFACE_METADATA:
    case PN_SURFACE_NONE: return;
    }
}
