/* frame.h - whose stack a function's locals are on.
 *
 * A compiler copies a static function into its only caller, locals and all, and where that caller
 * goes on to call deeper, or itself again, they are on the stack below all of it. PN_OWN_FRAME keeps
 * a function apart whose locals are done with by then, where a program is compiled to be small:
 * where it is to be fast there is stack enough. PN_APART is for the opposite: a function that is
 * rarely called is kept apart where a program is to be fast, so that its caller need not save
 * registers for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_FRAME_H
#define PN_BASE_FRAME_H

#ifdef __OPTIMIZE_SIZE__
#define PN_OWN_FRAME __attribute__((noinline))
#define PN_APART
#else
#define PN_OWN_FRAME
#define PN_APART __attribute__((noinline))
#endif

#endif
