# process.test.py - the gateway as a service, with what a service manager does for it.
# SPDX-License-Identifier: Apache-2.0
import ctypes
import errno
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import tracee

BINARY = os.environ['POSTERN']
SOURCE = pathlib.Path(os.environ['POSTERN_SRC'])
ROOT = os.geteuid() == 0
KEYS = dict(re.findall(r'^([A-Z0-9_]+)=(\S+)', (SOURCE / 'test/tools/support_desk.keys').read_text(), re.M))
LANDLOCK = max(0, ctypes.CDLL(None).syscall(444, None, 0, 1))
SECRETS = {'OPENAI_MAIN': 'a', 'OPENAI_MINI': 'a', 'CRM': 'a', 'TICKETS': 'a', 'PAYMENTS': 'a', 'PAYROLL': 'a'}
NOBODY = 65534
SECCOMP = {'x86_64': 317, 'aarch64': 277}[os.uname().machine]


def until(probe, what, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = probe()
            if found:
                return found
        except (OSError, ValueError):
            pass
        time.sleep(0.02)
    raise AssertionError(f'{what} did not happen')


CLAIMS = []  # UDP sockets: the ports that this test has for itself, among the tests that run beside it


def free_port():
    """One that the kernel gives to no connection, and nobody takes before the gateway does."""
    while True:
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(('127.0.0.1', random.randrange(20000, 32000)))
            with socket.socket() as s:
                s.bind(claim.getsockname())
        except OSError:
            claim.close()
            continue
        CLAIMS.append(claim)
        return claim.getsockname()[1]


class Upstream(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        body = b'{"id":"1","object":"chat.completion","model":"gpt-4o-2024-11-20","choices":[]}'
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Gate:
    """A gateway with a device file of its own; folders are open to whoever it becomes."""

    def __init__(self, test, device='', policy=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='postern-process-'))
        test.addCleanup(self.remove)
        self.folder.chmod(0o755)
        self.port, self.admin_port, self.upstream_port = free_port(), free_port(), free_port()
        self.state, self.logs, self.etc = self.folder / 'state', self.folder / 'log', self.folder / 'etc'
        for path in (self.state, self.logs, self.etc):
            path.mkdir()
        if ROOT:
            shutil.chown(self.state, NOBODY, NOBODY)
            shutil.chown(self.logs, NOBODY, NOBODY)
        self.run('key', 'new', '-o', str(self.etc / 'signer'))
        self.process, self.output = None, ''
        self.device = device
        if policy:
            self.make_policy(1)

    def run(self, *words):
        return subprocess.run([BINARY, *words], check=True, capture_output=True, text=True).stdout

    def make_policy(self, sequence, name='desk.blob'):
        bundle = self.folder / 'bundle'
        if not bundle.exists():
            shutil.copytree(SOURCE / 'policy/examples/support-desk', bundle)
            models = bundle / 'models.yaml'
            models.write_text(models.read_text().replace('127.0.0.1:9101', f'localhost:{self.upstream_port}'))
        self.run('policy', 'build', str(bundle), '-o', str(self.folder / 'body'))
        self.run('policy', 'sign', str(self.folder / 'body'), '-k', str(self.etc / 'signer.key'),
                 '--sequence', str(sequence), '-o', str(self.folder / 'fresh'))
        (self.folder / 'fresh').chmod(0o644)
        (self.folder / 'fresh').rename(self.etc / name)

    def write_device(self, tls=False):
        listen = f'127.0.0.1:{self.port}'
        if tls:
            listen = f'{{at: "{listen}", tls: {{certificate: c.pem, key: c.key}}}}'
        (self.etc / 'device.yaml').write_text(
            f'listen: [{listen}]\nadmin: 127.0.0.1:{self.admin_port}\nstate: {self.state}\nworkers: 2\n'
            f'audit: {{file: {self.logs}/audit.jsonl, sync: interval}}\n'
            f'policy: {{keys: [signer.pub], file: desk.blob}}\n'
            'credentials: {openai-main: {env: OPENAI_MAIN}, openai-mini: {env: OPENAI_MINI}, crm: {env: CRM}, '
            'tickets: {env: TICKETS}, payments: {env: PAYMENTS}, payroll: {env: PAYROLL}}\n' + self.device)

    def start(self, *options, env=None, tls=False, files=(), ready=True):
        self.write_device(tls)
        if ROOT and not any(o.startswith('--user') for o in options):
            options += ('--user', 'nobody')
        command = [BINARY, 'serve', '--config', str(self.etc / 'device.yaml'), *options]
        if files:
            command = ['sh', '-c', 'LISTEN_PID=$$ exec "$0" "$@"', *command]
        self.output = ''
        self.process = subprocess.Popen(
            command, cwd=self.logs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **SECRETS, **(env or {})},
            preexec_fn=(lambda: self.hand_over(files)) if files else None, close_fds=not files)
        threading.Thread(target=self.read, daemon=True).start()
        if ready:
            until(lambda: 'ready:' in self.output or self.ended(), 'ready')
            assert 'ready:' in self.output, self.output
        return self

    @staticmethod
    def hand_over(files):
        for i, file in enumerate(files):
            os.dup2(file.fileno(), 100 + i)
        os.closerange(3, 100)
        for i in range(len(files)):
            os.dup2(100 + i, 3 + i)
            os.set_inheritable(3 + i, True)
            os.close(100 + i)

    def read(self):
        for line in self.process.stderr:
            self.output += line

    def ended(self):
        return self.process.poll() is not None

    def stop(self):
        self.process.terminate()
        return self.process.wait(90)

    def remove(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def admin(self, path, data=None):
        request = urllib.request.Request(f'http://127.0.0.1:{self.admin_port}{path}', data, {'If-Match': '*'}, method='PUT' if data else 'GET')
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def system(self):
        return json.loads(self.admin('/v1/system'))

    def sequence(self):
        return json.loads(self.admin('/v1/policy'))['sequence']

    def chat(self, scheme='http', connect=None):
        command = ['curl', '-sk', '-w', '\n%{http_code}', '-H', f'Authorization: Bearer {KEYS["SUPPORT_DESK_TIER_1"]}',
                   '-H', 'content-type: application/json', '-d', '{"model":"gpt-4o","messages":[]}']
        if connect:
            command += ['--unix-socket', connect]
        out = subprocess.run([*command, f'{scheme}://127.0.0.1:{self.port}/v1/chat/completions'], capture_output=True, text=True)
        return out.stdout.rsplit('\n', 1)[-1]

    def threads(self):
        return sorted(int(t) for t in os.listdir(f'/proc/{self.process.pid}/task'))

    def status(self, key, thread=None):
        text = pathlib.Path(f'/proc/{self.process.pid}/task/{thread or self.process.pid}/status').read_text()
        return re.search(rf'^{key}:\s*(.*)$', text, re.M).group(1)


def whole_sandbox(test):
    if LANDLOCK < 6:
        test.skipTest('this kernel has not all of Landlock')


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, test, folder):
        self.path = str(folder / 'notify')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o777)
        self.socket.settimeout(0.05)
        self.words = []
        test.addCleanup(self.socket.close)

    def hear(self):
        try:
            while True:
                self.words.append(self.socket.recv(4096).decode())
        except (TimeoutError, socket.timeout):
            return self.words

    def heard(self, word, seconds=90):
        return until(lambda: [w for w in self.hear() if word in w], f'the word {word}', seconds)


class Notify(unittest.TestCase):
    def test_the_manager_is_told(self):
        gate = Gate(self)
        manager = Manager(self, gate.folder)
        gate.start(env={'NOTIFY_SOCKET': manager.path})
        manager.heard('READY=1')
        manager.heard('STATUS=serving, policy 1')
        self.assertFalse([w for w in manager.hear() if 'WATCHDOG' in w])
        manager.words.clear()
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        gate.process.send_signal(signal.SIGHUP)
        manager.heard('READY=1')
        self.assertRegex(manager.words[0], r'^RELOADING=1\nMONOTONIC_USEC=\d+$')
        at = int(manager.words[0].split('=')[-1])
        self.assertTrue(before <= at <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
        gate.make_policy(7)
        gate.process.send_signal(signal.SIGHUP)
        manager.heard('STATUS=serving, policy 7')
        manager.words.clear()
        self.assertEqual(gate.stop(), 0)
        self.assertIn('STOPPING=1\nSTATUS=draining', manager.hear())

    def test_an_abstract_socket_and_no_socket(self):
        gate = Gate(self)
        name = f'postern-test-{os.getpid()}'
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind('\0' + name)
        manager.settimeout(90)
        gate.start(env={'NOTIFY_SOCKET': '@' + name})
        self.assertIn('READY=1', manager.recv(4096).decode())
        while 'policy 1' not in manager.recv(4096).decode():
            pass  # after the sandbox was shut, too
        gate.stop()
        gate.start(env={'NOTIFY_SOCKET': '/nonexistent/socket', 'WATCHDOG_USEC': '100000'})
        self.assertEqual(gate.stop(), 0)

    def watched(self, *options, usec=400000, **env):
        gate = Gate(self)
        manager = Manager(self, gate.folder)
        gate.start(*options, env={'NOTIFY_SOCKET': manager.path, 'WATCHDOG_USEC': str(usec), **env})
        manager.heard('READY=1')
        return gate, manager

    def test_the_watchdog_is_fed_in_time(self):
        gate, manager = self.watched(usec=4000000)  # so long that a busy machine is in time too
        last, longest = time.monotonic(), 0
        manager.words.clear()
        for _ in range(4):
            manager.heard('WATCHDOG=1')
            manager.words.clear()
            longest = max(longest, time.monotonic() - last)
            last = time.monotonic()
        self.assertLess(longest, 4)

    def test_the_watchdog_of_another_process_is_not_fed(self):
        gate, manager = self.watched(WATCHDOG_PID='1')
        time.sleep(0.6)
        self.assertFalse([w for w in manager.hear() if 'WATCHDOG' in w])

    @staticmethod
    def hungers(manager):
        """Fed five times a second it is fed still, or no more for two seconds once what was on its way is there."""
        for _ in range(8):
            manager.words.clear()
            try:
                manager.heard('WATCHDOG=1', 2)
            except AssertionError:
                return True
        return False

    def test_one_thread_that_hangs_starves_the_watchdog(self):
        if not tracee.possible():
            self.skipTest('no tracer for this machine')
        gate, manager = self.watched('--core-dumps')
        threads = gate.threads()
        starved = 0
        for thread in threads:
            with tracee.Tracee(thread):
                starved += self.hungers(manager)
            manager.words.clear()
            manager.heard('WATCHDOG=1')  # and goes on as soon as it does
        # The control thread and both workers; the audit thread waits for a disk as long as it takes.
        self.assertEqual(starved, 3, f'{starved} of {len(threads)} threads matter')


class Activation(unittest.TestCase):
    def listening(self, address, family=socket.AF_INET):
        s = socket.socket(family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(address)
        s.listen()
        self.addCleanup(s.close)
        return s

    def start(self, gate, sockets, names, **more):
        gate.start(files=sockets, env={'LISTEN_FDS': str(len(sockets)), 'LISTEN_FDNAMES': names}, **more)

    def refused(self, gate, sockets, names, sentence):
        self.start(gate, sockets, names, ready=False)
        self.assertEqual(gate.process.wait(90), 1)
        until(lambda: sentence in gate.output, f'{sentence!r} in {gate.output!r}')

    def test_by_address(self):
        gate = Gate(self)
        data = self.listening(('127.0.0.1', gate.port))
        admin = self.listening(('127.0.0.1', gate.admin_port))
        self.start(gate, [admin, data], 'postern.socket:postern.socket')
        until(lambda: gate.sequence() == 1, 'the admin listener')
        self.assertEqual(gate.chat(), '502')
        # A restart finds the same sockets, and who came meanwhile is served.
        gate.stop()
        waiting = socket.create_connection(('127.0.0.1', gate.port))
        waiting.sendall(b'GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n')
        self.start(gate, [admin, data], 'x:y')
        waiting.settimeout(90)
        self.assertIn(b'401', waiting.recv(100))

    def test_by_name_wherever_it_is_bound(self):
        gate = Gate(self)
        path = str(gate.folder / 'data.socket')
        data = self.listening(path, socket.AF_UNIX)
        other = free_port()
        admin = self.listening(('127.0.0.1', other))
        self.start(gate, [data, admin], 'listen:admin')
        self.assertIn(f'listening on unix:{path}, admin on 127.0.0.1:{other}', gate.output)
        os.chmod(path, 0o777)
        until(lambda: gate.chat(connect=path) == '502', 'an answer')
        self.assertNotIn(f':{gate.port:04X} ', pathlib.Path('/proc/net/tcp').read_text())

    def test_what_is_missing_is_bound(self):
        gate = Gate(self)
        self.start(gate, [self.listening(('127.0.0.1', gate.port))], '')
        until(lambda: gate.sequence() == 1, 'the admin listener')

    def test_what_matches_nothing_is_an_error(self):
        gate = Gate(self)
        data = self.listening(('127.0.0.1', gate.port))
        stray = self.listening(('127.0.0.1', 0))
        self.refused(gate, [stray], 'web', f'socket 3 (web, 127.0.0.1:{stray.getsockname()[1]}) is no listener of')
        self.refused(gate, [data, stray], 'listen1:listen2', 'socket 4 (listen2')
        self.refused(gate, [data, stray], 'a:listen', 'is for a listener that has another one')
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(datagrams.close)
        self.refused(gate, [datagrams], 'listen', 'does not listen')
        wide = self.listening(('0.0.0.0', 0))
        self.refused(gate, [wide], 'admin', 'would open the admin listener to the network')
        try:
            host = self.listening((socket.VMADDR_CID_ANY, socket.VMADDR_PORT_ANY), socket.AF_VSOCK)
        except OSError:
            host = wide  # this kernel has no such sockets
        self.refused(gate, [host], 'admin', 'would open the admin listener to the network')
        self.assertFalse(list(gate.state.iterdir()))

    def test_those_of_another_process_are_left_alone(self):
        gate = Gate(self)
        gate.start(env={'LISTEN_PID': '1', 'LISTEN_FDS': '7', 'LISTEN_FDNAMES': 'x'})
        until(lambda: gate.sequence() == 1, 'the admin listener')


class Sandbox(unittest.TestCase):
    def serve_upstream(self, gate):
        server = http.server.HTTPServer(('127.0.0.1', gate.upstream_port), Upstream)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def certificate(self, gate, name):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '9',
                        '-subj', f'/CN={name}', '-keyout', str(gate.etc / 'k'), '-out', str(gate.etc / 'c')],
                       check=True, capture_output=True)
        (gate.etc / 'k').chmod(0o644)
        (gate.etc / 'k').rename(gate.etc / 'c.key')
        (gate.etc / 'c').rename(gate.etc / 'c.pem')

    def subject(self, gate):
        out = subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{gate.port}'], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True).stdout
        return re.search(r'subject=.*CN ?= ?(\S+)', out).group(1)

    def test_everything_still_works_in_strict_mode(self):
        whole_sandbox(self)
        gate = Gate(self)
        self.serve_upstream(gate)
        self.certificate(gate, 'first')
        gate.start('--sandbox', 'strict', tls=True)
        said = gate.system()
        self.assertEqual(said['sandbox'], {'mode': 'strict', 'privileges_dropped': 'on', 'landlock': 'on',
                                           'landlock_abi': LANDLOCK, 'landlock_broad': [], 'seccomp': 'on'})
        self.assertEqual((said['pid'], said['workers'], said['core_dumps']), (gate.process.pid, 2, 'off'))
        self.assertEqual(said['limits']['connections_max'], 4096)
        if ROOT:
            self.assertEqual((said['uid'], said['gid']), (NOBODY, NOBODY))
        self.assertEqual(gate.chat('https'), '200')  # an upstream by its name
        gate.make_policy(2)
        self.certificate(gate, 'second')
        gate.process.send_signal(signal.SIGHUP)
        until(lambda: gate.sequence() == 2, 'the reload')
        until(lambda: self.subject(gate) == 'second', 'the new certificate')
        gate.process.send_signal(signal.SIGUSR1)
        until(lambda: len(list(gate.logs.glob('audit.jsonl*'))) == 2, 'the new log')
        gate.make_policy(3, 'pushed')
        gate.admin('/v1/policy', (gate.etc / 'pushed').read_bytes())
        self.assertEqual(gate.sequence(), 3)
        self.assertEqual(gate.chat('https'), '200')
        self.assertEqual(gate.stop(), 0)
        self.assertNotIn('error', gate.output)
        gate.start('--sandbox', 'strict', tls=True)
        self.assertEqual(gate.sequence(), 3)

    def test_from_inside_nothing_else_can_be_had(self):
        whole_sandbox(self)
        if not tracee.possible():
            self.skipTest('no tracer for this machine')
        gate = Gate(self).start('--sandbox', 'strict', '--core-dumps')
        secret = gate.folder / 'secret'
        secret.write_text('x')
        secret.chmod(0o666)
        here, denied, forbidden = -100 & 0xffffffffffffffff, -errno.EPERM, -errno.EACCES
        listening = b'\x02\x00\x27\x17\x7f\x00\x00\x01' + bytes(8)
        for thread in gate.threads():
            with tracee.Tracee(thread) as t:
                tries = {
                    'openat /etc/passwd': (t.call('openat', here, b'/etc/passwd\0', 0, 0), forbidden),
                    'openat another file': (t.call('openat', here, bytes(secret) + b'\0', 2, 0), forbidden),
                    'openat /proc/self/mem': (t.call('openat', here, b'/proc/self/mem\0', 2, 0), forbidden),
                    'writing what is only read': (t.call('openat', here, bytes(gate.etc / 'desk.blob') + b'\0', 1, 0), forbidden),
                    'unlink': (t.call('unlink', bytes(gate.etc / 'desk.blob') + b'\0'), forbidden),
                    'execve': (t.call('execve', b'/bin/true\0', 0, 0), denied),
                    'fork': (t.call('fork'), denied),
                    'clone': (t.call('clone', 17, 0, 0, 0, 0), denied),
                    'a Unix socket': (t.call('socket', socket.AF_UNIX, 1, 0), denied),
                    'a packet socket': (t.call('socket', 17, 3, 0), denied),
                    'a netlink socket': (t.call('socket', 16, 3, 0), denied),
                    'bind': (t.call('bind', 0, listening, 16), denied),
                    'listen': (t.call('listen', 0, 1), denied),
                    'code': (t.call('mmap', 0, 4096, 5, 0x22, -1, 0), denied),
                    'ptrace': (t.call('ptrace', 0, 0, 0, 0), denied),
                    'setuid': (t.call('setuid', 0), denied),
                    'chroot': (t.call('chroot', b'/\0'), denied),
                    'mount': (t.call('mount', b'none\0', b'/tmp\0', b'tmpfs\0', 0, 0), denied),
                    'kill': (t.call('kill', os.getpid(), 0), denied),
                    'io_uring': (t.call('io_uring_setup', 1, 0), denied),
                    'bpf': (t.call('bpf', 0, 0, 0), denied),
                    'keyctl': (t.call('keyctl', 0, 0, 0), denied),
                }
                self.assertEqual(t.call('getpid'), gate.process.pid)  # what the table allows is done
                self.assertGreater(t.call('openat', here, bytes(gate.etc / 'desk.blob') + b'\0', 0x80000, 0), 2)
                self.assertGreater(t.call('socket', socket.AF_INET, 1 | 0x80000, 0), 2)
            for what, (answer, wanted) in tries.items():
                self.assertEqual(answer, wanted, f'{what} in thread {thread}')
            self.assertEqual((gate.status('Seccomp', thread), gate.status('NoNewPrivs', thread)), ('2', '1'))
            for which in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb'):
                self.assertEqual(gate.status(which, thread), '0' * 16)
        self.assertEqual(gate.stop(), 0)

    def test_a_bundle_in_development(self):
        whole_sandbox(self)
        gate = Gate(self)
        bundle = gate.folder / 'bundle'
        gate.write_device()
        env = {**os.environ, **SECRETS, 'TMPDIR': str(gate.logs)}
        command = [BINARY, 'serve', '--dev', str(bundle), '--listen', f'127.0.0.1:{gate.port}',
                   '--admin', f'127.0.0.1:{gate.admin_port}', '--sandbox', 'strict', *(('--user', 'nobody') if ROOT else ())]
        gate.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)
        threading.Thread(target=gate.read, daemon=True).start()
        first = until(gate.sequence, 'a policy')
        (bundle / 'models.yaml').write_text((bundle / 'models.yaml').read_text() + '\n')
        second = until(lambda: gate.sequence() > first and gate.sequence(), 'an edit')
        gate.process.send_signal(signal.SIGHUP)
        until(lambda: gate.sequence() > second, 'a reload')
        self.assertEqual(gate.stop(), 0)
        self.assertNotIn('error', gate.output)

    def test_files_beside_what_is_others(self):
        # All of a file's folder is open to the gateway, so it should not be /tmp, or /etc.
        file = tempfile.NamedTemporaryFile(dir='/tmp', prefix='postern-stray-')
        self.addCleanup(file.close)
        file.write(bytes(32))
        file.flush()
        os.chmod(file.name, 0o644)
        gate = Gate(self, device='vault: {file: v, key: {file: stray}}\n')
        subprocess.run([BINARY, 'vault', 'init', 'v', '--key-file', file.name], cwd=gate.etc, check=True)
        (gate.etc / 'v').chmod(0o644)
        (gate.etc / 'stray').symlink_to(file.name)
        said = f'sandbox: {gate.etc}/stray: all of /tmp could be read for it; put it into a folder of its own'
        gate.start('--sandbox', 'best-effort')
        self.assertIn('warning: ' + said, gate.output)
        shown = gate.system()['sandbox']
        self.assertEqual((shown['landlock'], shown['landlock_broad']), ('partial' if LANDLOCK else 'unavailable', [f'{gate.etc}/stray']))
        self.assertEqual(gate.stop(), 0)
        gate.start('--sandbox', 'strict', ready=False)
        self.assertEqual(gate.process.wait(90), 1)
        until(lambda: f'error: {said}: --sandbox=strict does not start' in gate.output, gate.output)
        gate.start('--sandbox=off')
        self.assertNotIn('stray', gate.output)

    def test_the_compiler_reads_and_nothing_else(self):
        whole_sandbox(self)
        if not tracee.possible():
            self.skipTest('no tracer for this machine')
        gate = Gate(self)
        bundle = gate.folder / 'bundle'
        gate.write_device()
        secret = gate.folder / 'open-to-all'
        secret.write_text('x')
        secret.chmod(0o666)
        (gate.logs / 'old').write_text('x')
        away = gate.folder / 'away.yaml'  # what a link leads to counts as the bundle's
        (bundle / 'models.yaml').rename(away)
        (bundle / 'models.yaml').symlink_to(away)
        command = [BINARY, 'serve', '--dev', str(bundle), '--listen', f'127.0.0.1:{gate.port}', '--core-dumps',
                   '--admin', f'127.0.0.1:{gate.admin_port}', '--sandbox', 'strict', *(('--user', 'nobody') if ROOT else ())]
        env = {**os.environ, **SECRETS, 'TMPDIR': str(gate.logs)}
        gate.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env, cwd=gate.logs)
        threading.Thread(target=gate.read, daemon=True).start()
        first = until(gate.sequence, 'a policy')
        [compiler] = pathlib.Path(f'/proc/{gate.process.pid}/task/{gate.process.pid}/children').read_text().split()
        here, denied, forbidden = -100 & 0xffffffffffffffff, -errno.EPERM, -errno.EACCES
        with tracee.Tracee(int(compiler)) as t:
            tries = {
                'writing': (t.call('openat', here, bytes(secret) + b'\0', 1, 0), forbidden),
                'making': (t.call('openat', here, bytes(gate.logs / 'new') + b'\0', 0o101, 0o600), forbidden),
                'unlink': (t.call('unlink', bytes(gate.logs / 'old') + b'\0'), forbidden),
                'execve': (t.call('execve', b'/bin/true\0', 0, 0), denied),
                'fork': (t.call('fork'), denied),
                'an internet socket': (t.call('socket', socket.AF_INET, 1, 0), denied),
                'an internet socket of version 6': (t.call('socket', socket.AF_INET6, 2, 0), denied),
                'a Unix socket': (t.call('socket', socket.AF_UNIX, 1, 0), denied),
                'connect': (t.call('connect', 0, bytes(16), 16), denied),
                'accept': (t.call('accept4', 0, 0, 0, 0), denied),
                'ptrace': (t.call('ptrace', 0, 0, 0, 0), denied),
                'setuid': (t.call('setuid', 0), denied),
                'mount': (t.call('mount', b'none\0', b'/tmp\0', b'tmpfs\0', 0, 0), denied),
                'kill': (t.call('kill', gate.process.pid, 0), denied),
            }
            self.assertEqual(t.call('getpid'), int(compiler))
        for what, (answer, wanted) in tries.items():
            self.assertEqual(answer, wanted, what)
        status = pathlib.Path(f'/proc/{compiler}/status').read_text()
        for line in ('Seccomp:\t2', 'NoNewPrivs:\t1', 'CapEff:\t' + '0' * 16):
            self.assertIn(line, status)
        away.write_text(away.read_text() + '\n')
        second = until(lambda: gate.sequence() > first and gate.sequence(), 'an edit behind a link')
        shutil.copytree(bundle, gate.folder / 'other', symlinks=True)
        shutil.rmtree(bundle)  # as a change of branches does it
        (gate.folder / 'other').rename(bundle)
        until(lambda: gate.sequence() > second, 'another folder of that name')
        self.assertEqual(gate.stop(), 0)
        self.assertNotIn('sandbox', gate.output)

    def test_off_is_off(self):
        gate = Gate(self).start('--sandbox=off')
        self.assertEqual(gate.status('Seccomp'), '0')
        self.assertEqual(gate.system()['sandbox'], {'mode': 'off', 'privileges_dropped': 'off', 'landlock': 'off',
                                                    'landlock_abi': 0, 'landlock_broad': [], 'seccomp': 'off'})

    def test_a_wrong_word_is_told(self):
        gate = Gate(self)
        gate.start('--sandbox', 'tight', ready=False)
        self.assertEqual(gate.process.wait(90), 1)
        until(lambda: '--sandbox is off, best-effort or strict, not tight' in gate.output, gate.output)

    def test_where_a_filter_cannot_be_had(self):
        # A filter that was there before denies seccomp(2): best effort goes on and says so, strict does not.
        gate = Gate(self)
        shut = (SOURCE / 'test/e2e/without_call.py')
        gate.write_device()
        for mode, code in (('best-effort', None), ('strict', 1)):
            command = ['python3', str(shut), str(SECCOMP), BINARY, 'serve', '--config', str(gate.etc / 'device.yaml'), '--sandbox', mode,
                       *(('--user', 'nobody') if ROOT else ())]
            gate.output = ''
            gate.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **SECRETS})
            threading.Thread(target=gate.read, daemon=True).start()
            if code is None:
                until(lambda: 'ready:' in gate.output, 'ready')
                self.assertIn('warning: sandbox: seccomp:', gate.output)
                self.assertEqual(gate.system()['sandbox']['seccomp'], 'unavailable')
                gate.stop()
            else:
                self.assertEqual(gate.process.wait(90), code)
                until(lambda: 'error: sandbox: ' in gate.output, gate.output)
                self.assertIn('--sandbox=strict does not start without it', gate.output)


class Person(unittest.TestCase):
    def test_no_core_file_unless_asked(self):
        gate = Gate(self).start()
        core = pathlib.Path(f'/proc/{gate.process.pid}/limits').read_text()
        self.assertRegex(core, r'Max core file size +0 +0 ')
        self.assertNotEqual(os.stat(f'/proc/{gate.process.pid}/environ').st_uid, NOBODY if ROOT else os.getuid())
        gate.stop()
        gate.start('--core-dumps')
        self.assertEqual(gate.system()['core_dumps'], 'on')
        self.assertEqual(os.stat(f'/proc/{gate.process.pid}/environ').st_uid, NOBODY if ROOT else os.getuid())

    @unittest.skipUnless(ROOT, 'only root can become somebody else')
    def test_root_binds_a_low_port_and_is_root_no_more(self):
        gate = Gate(self, device='user: nobody\n')
        shutil.rmtree(gate.state)
        gate.folder.chmod(0o755)
        taken = pathlib.Path('/proc/net/tcp').read_text()
        gate.port = next(p for p in range(900, 1000) if f':{p:04X} ' not in taken)
        gate.start('--user', 'nobody')
        self.assertEqual(gate.status('Uid').split(), ['65534'] * 4)
        self.assertEqual(gate.status('Groups').split(), ['65534'])
        self.assertEqual(gate.status('CapBnd'), '0' * 16)
        self.assertEqual(gate.state.stat().st_uid, NOBODY)  # made for its user
        self.assertEqual(gate.chat(), '502')

    @unittest.skipUnless(ROOT, 'only root can stay root')
    def test_who_stays_root_is_told(self):
        gate = Gate(self)
        shutil.chown(gate.state, 0, 0)
        shutil.chown(gate.logs, 0, 0)
        gate.start('--user', '0')
        self.assertEqual(gate.status('CapEff'), '0' * 16)
        gate.stop()
        gate.write_device()
        for mode, code in (('strict', 1), ('best-effort', None)):
            out = subprocess.Popen([BINARY, 'serve', '--config', str(gate.etc / 'device.yaml'), '--sandbox', mode],
                                   stderr=subprocess.PIPE, text=True, env={**os.environ, **SECRETS})
            line = out.stderr.readline()
            self.assertIn('runs as root; say whom to become with --user', line)
            while code is None and 'ready:' not in line:
                line = out.stderr.readline()
            if code is None:
                out.terminate()
            self.assertEqual(out.wait(90), code or 0)
            out.stderr.close()

    def test_nobody_of_that_name(self):
        gate = Gate(self)
        gate.start('--user', 'nobody-of-that-name', ready=False)
        self.assertEqual(gate.process.wait(90), 1)
        until(lambda: 'there is no user nobody-of-that-name' in gate.output, gate.output)


if __name__ == '__main__':
    unittest.main()
