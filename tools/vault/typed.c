/* see typed.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/vault/typed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/bytes.h"

enum { NEW_BYTES_MIN = 12, LINE_BYTES_MAX = 1024 };
enum until { UNTIL_NEWLINE, UNTIL_END };

static bool tell(const char *program, const char *what)
{
    fprintf(stderr, "%s: %s\n", program, what);
    return false;
}

/* A byte at a time: what follows the line is for somebody else. False: it failed, or was too long. */
static bool take(int file, enum until until, struct pn_writer *into)
{
    uint8_t byte;
    ssize_t got;

    while ((got = read(file, &byte, 1)) == 1) {
        if (until == UNTIL_NEWLINE && byte == '\n') break;
        pn_write_byte(into, byte);
    }
    pn_bytes_wipe(&byte, 1);
    if (into->len > 0 && until == UNTIL_END && into->at[into->len - 1] == '\n') into->len--;
    if (into->len > 0 && into->at[into->len - 1] == '\r') into->len--;
    return got >= 0 && !into->full;
}

/* --- the terminal --- */

static volatile sig_atomic_t caught;

static void on_signal(int signal)
{
    caught = signal;
}

/* Whoever gives up at the prompt gets a terminal back that shows what is typed. */
static bool take_unseen(int terminal, struct pn_writer *into)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
    enum { SIGNALS = sizeof signals / sizeof signals[0] };
    struct sigaction ours = { .sa_handler = on_signal }, before[SIGNALS];
    struct termios shown, unseen;

    if (tcgetattr(terminal, &shown) != 0) return take(terminal, UNTIL_NEWLINE, into);
    unseen = shown;
    unseen.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    caught = 0;
    for (int i = 0; i < SIGNALS; i++) sigaction(signals[i], &ours, &before[i]);
    tcsetattr(terminal, TCSAFLUSH, &unseen);
    bool good = take(terminal, UNTIL_NEWLINE, into);
    tcsetattr(terminal, TCSAFLUSH, &shown);
    for (int i = 0; i < SIGNALS; i++) sigaction(signals[i], &before[i], NULL);
    dprintf(terminal, "\n");
    if (caught) raise(caught);
    return good && !caught;
}

static bool ask(int terminal, const char *prompt, struct pn_writer *into)
{
    dprintf(terminal, "%s: ", prompt);
    return take_unseen(terminal, into);
}

/* --- passphrases --- */

static bool take_file(const char *program, const char *path, enum until until,
                      struct pn_writer *into)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && take(file, until, into);

    if (!good) {
        fprintf(stderr, "%s: %s: %s\n", program, path, into->full ? "too long" : strerror(errno));
    }
    if (file >= 0) close(file);
    return good;
}

static bool take_passphrase(const char *program, const char *path, const char *prompt,
                            struct pn_writer *into)
{
    if (path && strcmp(path, "-") != 0) return take_file(program, path, UNTIL_NEWLINE, into);
    int terminal = path ? -1 : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    bool good =
        terminal < 0 ? take(STDIN_FILENO, UNTIL_NEWLINE, into) : ask(terminal, prompt, into);
    if (terminal >= 0) close(terminal);
    return good || tell(program, "no passphrase was read");
}

bool typed_passphrase(const char *program, const char *path, const char *prompt,
                      struct pn_writer *into)
{
    if (!take_passphrase(program, path, prompt, into)) return false;
    return into->len > 0 || tell(program, "the passphrase is empty");
}

static bool is_again(const char *program, struct pn_slice first)
{
    uint8_t room[LINE_BYTES_MAX];
    struct pn_writer again = pn_writer(room, sizeof room);
    bool good = take_passphrase(program, NULL, "The same again", &again) &&
                pn_slice_equal(first, pn_written(&again));

    pn_bytes_wipe(room, sizeof room);
    return good || tell(program, "that was not the same");
}

bool typed_new_passphrase(const char *program, const char *path, struct pn_writer *into)
{
    if (!take_passphrase(program, path, "New passphrase", into)) return false;
    if (into->len < NEW_BYTES_MIN) return tell(program, "a new passphrase has 12 bytes or more");
    bool typed = !path && access("/dev/tty", R_OK | W_OK) == 0;
    int terminal = typed ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
    if (terminal < 0) return true;
    close(terminal);
    return is_again(program, pn_written(into));
}

/* --- secrets --- */

static bool is_printable(struct pn_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] < 0x20 || value.at[i] > 0x7e) return false;
    }
    return value.len > 0;
}

bool typed_secret(const char *program, const char *path, struct pn_writer *into)
{
    bool terminal = !path && isatty(STDIN_FILENO);
    bool good;

    if (terminal) fprintf(stderr, "The secret: ");
    if (path) good = take_file(program, path, UNTIL_END, into);
    else good = terminal ? take_unseen(STDIN_FILENO, into) : take(STDIN_FILENO, UNTIL_END, into);
    if (good && is_printable(pn_written(into))) return true;
    return tell(program, "no secret was read: it is 1 to 4096 bytes of printable ASCII");
}
