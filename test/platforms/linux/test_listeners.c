/* Listening sockets that a service manager hands over: an admin listener that the device file has on
 * loopback is taken only where no other machine can reach it, whatever its family.
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/listeners.h"

#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unity.h"

enum { HANDED = 3 };

static struct pn_device device;
static struct pn_listeners listeners;
static int kept = -1; /* what was at the place of the handed one */

void setUp(void)
{
    memset(&device, 0, sizeof device);
    memset(&listeners, 0, sizeof listeners);
    device.admin = (struct port_net_addr){ .family = 4, .port = 9901, .ip = { 127, 0, 0, 1 } };
    kept = fcntl(HANDED, F_DUPFD_CLOEXEC, 10);
}

void tearDown(void)
{
    if (kept >= 0) {
        dup2(kept, HANDED);
        close(kept);
    } else {
        close(HANDED);
    }
}

/* Is the socket, bound there, taken for the admin listener? */
static bool is_taken(int s, const void *at, size_t bytes)
{
    char process[16];

    TEST_ASSERT_TRUE(s >= 0);
    TEST_ASSERT_EQUAL(0, bind(s, at, (socklen_t)bytes));
    TEST_ASSERT_EQUAL(0, listen(s, 1));
    if (s != HANDED) {
        TEST_ASSERT_EQUAL(HANDED, dup2(s, HANDED));
        close(s);
    }
    snprintf(process, sizeof process, "%d", (int)getpid());
    setenv("LISTEN_PID", process, 1);
    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_FDNAMES", "admin", 1);
    bool opened = pn_listeners_open(&listeners, &device);
    TEST_ASSERT_EQUAL(opened ? HANDED : -1, listeners.admin);
    return opened;
}

static bool is_taken_at_four(uint32_t ip)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(ip) };

    return is_taken(socket(AF_INET, SOCK_STREAM, 0), &at, sizeof at);
}

static void test_loopback(void)
{
    TEST_ASSERT_TRUE(is_taken_at_four(INADDR_LOOPBACK));
}

static void test_every_address(void)
{
    TEST_ASSERT_FALSE(is_taken_at_four(INADDR_ANY));
}

static void test_where_operators_are_asked(void)
{
    device.admin.ip[0] = 10;
    TEST_ASSERT_TRUE(is_taken_at_four(INADDR_ANY));
}

static void test_a_unix_socket(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };

    /* Abstract: nothing is left behind. */
    size_t len =
        (size_t)snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "postern-test-%d", (int)getpid());
    TEST_ASSERT_TRUE(is_taken(socket(AF_UNIX, SOCK_STREAM, 0), &at,
                              offsetof(struct sockaddr_un, sun_path) + 1 + len));
}

static int vsock(void)
{
    int s = socket(AF_VSOCK, SOCK_STREAM, 0);

    if (s < 0) TEST_IGNORE_MESSAGE("this kernel has no AF_VSOCK");
    return s;
}

static const struct sockaddr_vm any_host = { .svm_family = AF_VSOCK,
                                             .svm_cid = VMADDR_CID_ANY,
                                             .svm_port = VMADDR_PORT_ANY };

static void test_the_host_of_a_virtual_machine(void)
{
    char text[PN_LISTENER_TEXT_BYTES];

    TEST_ASSERT_FALSE(is_taken(vsock(), &any_host, sizeof any_host));
    TEST_ASSERT_EQUAL_STRING("family 40", pn_listener_text(HANDED, text));
}

static void test_the_host_where_operators_are_asked(void)
{
    device.admin.ip[0] = 10;
    TEST_ASSERT_TRUE(is_taken(vsock(), &any_host, sizeof any_host));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_loopback);
    RUN_TEST(test_every_address);
    RUN_TEST(test_where_operators_are_asked);
    RUN_TEST(test_a_unix_socket);
    RUN_TEST(test_the_host_of_a_virtual_machine);
    RUN_TEST(test_the_host_where_operators_are_asked);
    return UNITY_END();
}
