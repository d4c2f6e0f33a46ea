/* install.h - put a sealed policy in force.
 *
 * One function for every way a policy comes in: a file at the start, a reload, a push. A policy is
 * copied into memory of its own, checked (who signed it, for whom, how new, whether whole), opened,
 * its routes and keys checked, its self-tests decided, kept in a slot, and only then made current; whatever fails on the way
 * leaves the policy before as it was, and the refusal is remembered for whoever asks.
 *
 * All of it belongs to one thread, the control thread; it may block on storage.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_INSTALL_H
#define PN_INSTALL_H

#include "core/base/writer.h"
#include "core/credential.h"
#include "core/freshness.h"
#include "core/seal/keyring.h"
#include "core/seal/time_floor.h"
#include "core/shared.h"
#include "policy/self_test.h"

enum pn_installed {
    PN_INSTALL_REFUSED,
    PN_INSTALL_DONE, /* after a key set the policy was judged again by it */
    PN_INSTALL_HELD, /* this very policy, or key set, is in force already */
};

enum pn_install_kind { PN_INSTALL_POLICY, PN_INSTALL_KEYSET, PN_INSTALL_TIME };

/* What came of one attempt. The slices are constant. */
struct pn_install_result {
    enum pn_installed verdict;
    enum pn_install_kind kind;
    uint16_t status;      /* HTTP status for who handed it over */
    struct pn_slice name; /* of the refusal, such as "seal_signature" */
    struct pn_slice sentence;
    uint8_t detail_len; /* what it is about, such as an upstream's name; 0: nothing named */
    uint8_t detail_text[127];
};

static inline struct pn_slice pn_install_detail(const struct pn_install_result *r)
{
    return pn_slice(r->detail_text, r->detail_len);
}

enum pn_install_tls {
    PN_INSTALL_PLAIN, /* a policy with an https upstream is refused */
    PN_INSTALL_TLS,   /* workers speak TLS with upstreams */
};

struct pn_install {
    struct pn_shared *shared;
    struct pn_slots slots;
    struct pn_seal_expect expect; /* keys, device, groups, tenant: set by the caller */
    struct pn_keyring keyring;    /* after opening, expect.keys is what it believes */
    struct pn_writer memory[PN_POLICY_GENERATIONS]; /* for sealed policies, lent by the caller */
    struct pn_self_test_room *self_test_room; /* lent; NULL: a policy with self-tests is refused */
    struct pn_install_result last_refusal;    /* verdict REFUSED once there was one */
    int64_t last_refusal_unix;
    uint8_t upstream_tls; /* enum pn_install_tls, set by the caller */
    const struct pn_credentials
        *credentials;            /* a policy that names others is refused; NULL: none is */
    uint32_t installs, refusals; /* of policies, since the start */
    uint32_t keyset_installs, keyset_refusals; /* likewise */
    struct pn_time_floor floor;
    struct pn_freshness fresh; /* what makes it stale is set by the caller */
    uint64_t noted_mono_s;     /* when the time was last written to the log, or could not be */
    bool unjudged;          /* a policy in the slots waits for a place that no open request holds */
    uint64_t ended_s;       /* when the end of a signer's key was last judged by; 0: never */
    uint64_t ended_floor_s; /* what had certainly passed then */
    bool unkept;            /* the store refused to keep it; tried again at every watch */
};

struct pn_device;

/* Set what `device`, lent for good, says of policies: expect, and what makes them stale. */
void pn_install_for(struct pn_install *in, const struct pn_device *device);

/* Read the log of `store`; the caller has set shared, expect and memory. PN_SEAL_ACCEPTED, or
 * PN_SEAL_STORE: the store cannot be read. */
enum pn_seal_refusal pn_install_open(struct pn_install *in, struct port_store *store);

/* Put in force what the slots hold: the newest, else the one before it. REFUSED when neither can be
 * used (the reason is that of the newest; "seal_empty" on a new device). */
struct pn_install_result pn_install_held(struct pn_install *in, int64_t now_unix);

/* Put a sealed policy in force, or a signed key set: its tag tells. A key set may take the policy
 * in force along, when its signer is believed no more or the epoch was raised; then the one before
 * it takes its place, or none. `sealed` is not used after the call. */
struct pn_install_result pn_install_sealed(struct pn_install *in, struct pn_slice sealed,
                                           int64_t now_unix);

/* How the clock stands to the time that has certainly passed. */
enum pn_clock {
    PN_CLOCK_UNSET,
    PN_CLOCK_BEHIND, /* it was set back, by more than PN_SEAL_SKEW_S */
    PN_CLOCK_GOOD
};

/* Call before anything else and then now and then, with the clock (0 or less: not set) and the
 * seconds of one that never runs backwards. The ends of policies, keys and API keys are judged by
 * the time that has certainly passed when the clock says an earlier one. That time is kept in the
 * slots, written at most every PN_SLOTS_TIME_STEP_S, with each policy that is installed, and when a
 * signer's key has come to its end. The platform is told as well, port_clock_passed(): it judges
 * certificates, and tokens are refused that need a clock, while this one is behind. */
enum pn_clock pn_install_time(struct pn_install *in, int64_t now_unix, uint64_t mono_s);

/* Take a timestamp, the answer to fresh's last question. DONE raises the time that has certainly
 * passed, and calls are served again that were refused for want of it. An answer that came within
 * PN_SEAL_SKEW_S of its question tells the device the time as well, see port_clock_tell(). */
struct pn_install_result pn_install_timestamp(struct pn_install *in, struct pn_slice bytes,
                                              int64_t now_unix);

/* Call now and then: a key can come to its end while its policy is in force. Then the policy before
 * takes its place when its signer is still believed, or none does, as after a start. A clock that
 * was ahead and is set right again undoes that. True when another policy, or none, is in force
 * since.
 *
 * What had certainly passed at such an end is written at once, and the time it was judged by as
 * soon as that has certainly passed too: from then on a restart judges alike, whatever the clock
 * says. `unkept` tells that the store refused; each call tries again. */
bool pn_install_watch(struct pn_install *in, int64_t now_unix);

#endif
