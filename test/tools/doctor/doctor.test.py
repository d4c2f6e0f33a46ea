# doctor.test.py - what postern doctor finds, each by a deployment that has it.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

BINARY = os.environ['POSTERN']
SOURCE = pathlib.Path(os.environ['POSTERN_SRC'])
ROOT = os.geteuid() == 0
NAMES = set(re.findall(r'FINDING_\w+(?: : FINDING_\w+)?, "(\w+)"|fault\(r, "(\w+)"',
                       ''.join(p.read_text().replace('\n', ' ') for p in (SOURCE / 'tools/doctor').glob('*.c'))))
NAMES = {a or b for a, b in NAMES}
IN_C = {'clock_unset', 'clock_behind', 'entropy'}  # test_doctor.c
provoked = set()


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ready = pathlib.Path(tempfile.mkdtemp(prefix='postern-doctor-'))
        cls.tool(cls.ready, 'key', 'new', '-o', 'signer')
        (cls.ready / 'bundle/policies').mkdir(parents=True)
        (cls.ready / 'bundle/bundle.yaml').write_text('name: t\n')
        cls.tool(cls.ready, 'policy', 'build', 'bundle', '-o', 'empty')
        cls.tool(cls.ready, 'policy', 'sign', 'empty', '-k', 'signer.key', '-o', 'desk.blob')
        cls.certificate(cls.ready, 'c', 90)
        os.environ['OPENAI'] = 'secret'

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.ready)
        missing = NAMES - provoked - IN_C - (set() if ROOT else {'state_owner', 'disk_space', 'runs_as_root', 'file_unread', 'user_unseen'}) \
            - ({'state_unread'} if ROOT else set())
        assert not missing, f'nothing provokes {missing}'

    @staticmethod
    def tool(folder, *words):
        return subprocess.run([BINARY, *words], cwd=folder, check=True, capture_output=True, text=True).stdout

    @staticmethod
    def certificate(folder, name, days, host='localhost', begin=None):
        command = ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                   '-subj', f'/CN={host}', '-addext', f'subjectAltName=DNS:{host}', '-days', str(days),
                   '-keyout', f'{folder}/{name}.key', '-out', f'{folder}/{name}.pem']
        subprocess.run(command, check=True, capture_output=True)

    @staticmethod
    def certificate_of_times(folder, begin, end):
        # `openssl req` knows no beginning; `openssl ca` does.
        (folder / 'index').write_text('')
        (folder / 'serial').write_text('01')
        (folder / 'ca.cnf').write_text('[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n'
                                       'default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n')
        run = lambda *words: subprocess.run(['openssl', *words], cwd=folder, check=True, capture_output=True)
        run('req', '-new', '-key', 'c.key', '-subj', '/CN=localhost', '-out', 'csr')
        run('ca', '-batch', '-selfsign', '-config', 'ca.cnf', '-keyfile', 'c.key', '-in', 'csr', '-startdate', begin,
            '-enddate', end, '-out', 'c.pem', '-notext')

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='postern-doctor-'))
        self.addCleanup(shutil.rmtree, self.folder)
        for path in self.ready.iterdir():
            if path.is_file():
                shutil.copy(path, self.folder)
        (self.folder / 'state').mkdir(mode=0o700)
        self.folder.chmod(0o755)
        self.device = {'listen': '["127.0.0.1:8080"]', 'state': 'state', 'policy': '{keys: [signer.pub], file: desk.blob}',
                       'admin': '{at: "127.0.0.1:9901", operators: [{name: ana, role: admin, key_sha256: ' + 'ab' * 32 + '}]}',
                       'audit': '{rotate_bytes: 1048576}', 'limits': '{connections_max: 64}'}
        if ROOT:
            self.device['user'] = 'nobody'
            shutil.chown(self.folder / 'state', 65534, 65534)
        (self.folder / 'c.key').chmod(0o600)
        self.give('c.key')

    def give(self, name, user=65534):
        if ROOT:
            shutil.chown(self.folder / name, user, user)

    def times(self):
        paths = [os.path.join(folder, name) for folder, below, names in os.walk(self.folder) for name in below + names]
        return sorted((path, os.stat(path).st_mtime_ns) for path in paths)

    def run_doctor(self, *options, command=(), program=BINARY, **more):
        text = ''.join(f'{key}: {value}\n' for key, value in self.device.items())
        if not (self.folder / 'device.yaml').exists():
            (self.folder / 'device.yaml').write_text(text)
        before = self.times()
        run = subprocess.run([*command, program, 'doctor', '--config', 'device.yaml', '--output', 'json', *options],
                             cwd=self.folder, capture_output=True, text=True, **more)
        self.assertEqual(before, self.times())
        try:
            said = json.loads(run.stdout)
        except ValueError:
            self.fail(run.stdout + run.stderr)
        self.assertEqual(run.returncode, {'good': 0, 'advice': 1, 'faults': 2}[said['status']])
        self.assertTrue(all(f['do'] and f['what'] for f in said['findings']))
        return said['findings']

    def finds(self, name, level, about='', options=(), **more):
        found = self.run_doctor(*options, **more)
        these = [f for f in found if f['name'] == name]
        self.assertTrue(these, f'{name} is not among {found}')
        self.assertEqual({f['level'] for f in these}, {level})
        self.assertIn(about, these[0]['what'])
        provoked.add(name)
        return found

    def sign(self, *options, bundle=None):
        body = 'empty'
        if bundle:
            for name, text in bundle.items():
                shutil.copytree(self.ready / 'bundle', self.folder / 'bundle', dirs_exist_ok=True)
                (self.folder / 'bundle' / name).write_text(text)
            self.tool(self.folder, 'policy', 'build', 'bundle', '-o', 'body')
            body = 'body'
        self.tool(self.folder, 'policy', 'sign', body, '-k', 'signer.key', '-o', 'desk.blob', *options)

    def upstream(self, url, egress='[loopback]', credential=None):
        key = f'      api_key: credential:{credential}\n' if credential else ''
        allow = f'      egress: {egress}\n' if egress else ''
        self.sign(bundle={'models.yaml': 'model_list:\n  - model_name: m\n    litellm_params:\n      model: openai/m\n'
                                         f'      api_base: {url}\n{key}{allow}'})

    def listen(self, context=None):
        server = socket.socket()
        server.bind(('127.0.0.1', 0))
        server.listen()
        self.addCleanup(server.close)

        def serve():
            while True:
                try:
                    peer, _ = server.accept()
                    if context:
                        peer = context.wrap_socket(peer, server_side=True)
                    peer.recv(1)
                    peer.close()
                except (OSError, ssl.SSLError):
                    if server.fileno() < 0:
                        return
        threading.Thread(target=serve, daemon=True).start()
        return server.getsockname()[1]

    # --- in order

    def test_nothing_is_found_where_all_is_well(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / 'c.pem', self.folder / 'c.key')
        self.device['tls'] = '{roots: c.pem}'
        self.device['listen'] = '[{at: "127.0.0.1:8080", tls: {certificate: c.pem, key: c.key}}]'
        self.device['credentials'] = '{openai: {env: OPENAI}}'
        self.upstream(f'https://localhost:{self.listen(context)}/v1', credential='openai')
        found = [f for f in self.run_doctor() if f['name'] not in ('landlock', 'seccomp')]
        self.assertEqual(found, [])
        out = subprocess.run([BINARY, 'doctor', '--config', 'device.yaml'], cwd=self.folder, capture_output=True, text=True)
        self.assertNotIn('secret', out.stdout)

    def test_what_the_state_holds_counts(self):
        # Installed by a gateway; then the file goes, and the policy is still in force.
        if ROOT:
            shutil.chown(self.folder / 'state', 0, 0)
            self.device['user'] = 'root'
        port, admin = (self.free_port() for _ in range(2))
        self.device.update(listen=f'["127.0.0.1:{port}"]', admin=f'127.0.0.1:{admin}')
        self.run_doctor('--offline')
        gate = subprocess.Popen([BINARY, 'serve', '--config', 'device.yaml'], cwd=self.folder, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)
        self.addCleanup(gate.kill)
        for line in gate.stderr:
            if 'ready:' in line:
                break
        # Beside it, with times that it changes itself.
        run = subprocess.run([BINARY, 'doctor', '--config', 'device.yaml', '--offline'], cwd=self.folder, capture_output=True, text=True)
        self.assertNotIn('fault', run.stdout)
        gate.terminate()
        gate.stderr.read()
        gate.wait()
        (self.folder / 'desk.blob').unlink()
        names = {f['name'] for f in self.run_doctor('--offline')}
        self.assertIn('policy_file', names)
        self.assertNotIn('no_policy', names)
        (self.folder / 'state/token.key').write_bytes(b'short')
        self.finds('state_key', 'fault', 'token.key is 5 bytes')

    @staticmethod
    def free_port():
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            return s.getsockname()[1]

    # --- the device file and what it names

    def test_a_wrong_device_file(self):
        self.device['lissten'] = '[]'
        self.finds('device_file', 'fault', 'lissten')

    def test_no_device_file(self):
        run = subprocess.run([BINARY, 'doctor', '--config', 'nowhere.yaml'], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, 2)
        self.assertIn('nowhere.yaml', run.stdout)

    def test_a_device_file_that_others_write(self):
        self.run_doctor('--offline')
        (self.folder / 'device.yaml').chmod(0o664)
        self.finds('device_file_mode', 'fault', 'mode 664')
        (self.folder / 'device.yaml').unlink()
        self.device['admin'] = '{operators_file: people.yaml}'
        (self.folder / 'people.yaml').write_text('operators: [{name: ana, role: admin, key_sha256: ' + 'ab' * 32 + '}]\n')
        (self.folder / 'people.yaml').chmod(0o646)
        self.finds('device_file_mode', 'fault', 'others may write people.yaml: mode 646')

    def test_a_user_who_is_nobody(self):
        self.device['user'] = 'nobody-of-that-name'
        self.finds('user', 'fault', 'nobody-of-that-name')

    @unittest.skipUnless(ROOT, 'only root')
    def test_root(self):
        del self.device['user']
        self.finds('runs_as_root', 'advice')

    def test_a_key_that_others_read(self):
        self.device['listen'] = '[{at: "127.0.0.1:8080", tls: {certificate: c.pem, key: c.key}}]'
        (self.folder / 'c.key').chmod(0o604)
        self.finds('key_mode', 'advice', 'mode 604')

    def test_no_state_folder(self):
        (self.folder / 'state').rmdir()
        self.finds('state_missing', 'advice')

    def test_a_state_folder_for_everybody(self):
        (self.folder / 'state').chmod(0o777)
        self.finds('state_mode', 'advice', 'mode 777')

    @unittest.skipUnless(ROOT, 'only root')
    def test_a_state_folder_of_somebody_else(self):
        shutil.chown(self.folder / 'state', 1, 1)
        self.finds('state_owner', 'fault', 'belongs to user 1')

    @unittest.skipIf(ROOT, 'root reads all')
    def test_a_state_folder_that_cannot_be_read(self):
        (self.folder / 'state').chmod(0)
        self.addCleanup((self.folder / 'state').chmod, 0o700)
        self.finds('state_unread', 'advice')

    def test_few_descriptors(self):
        self.device['limits'] = '{connections_max: 4096}'
        self.finds('open_files', 'fault', '256 descriptors', preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)))

    def test_little_memory_to_lock(self):
        self.device['credentials'] = '{a: {env: OPENAI}, b: {env: OPENAI}}'
        limit = lambda kib: lambda: resource.setrlimit(resource.RLIMIT_MEMLOCK, (kib << 10, kib << 10))
        self.assertNotIn('locked_memory', {f['name'] for f in self.run_doctor('--offline', preexec_fn=limit(64))})
        self.finds('locked_memory', 'advice', '28 KiB of memory', preexec_fn=limit(28))
        self.finds('locked_memory', 'fault', 'does not start', preexec_fn=limit(12))

    @unittest.skipUnless(ROOT, 'only root mounts')
    def test_a_full_disk(self):
        small = self.folder / 'small'
        small.mkdir()
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'none', small]).returncode != 0:
            provoked.add('disk_space')
            self.skipTest('no mount here')
        self.addCleanup(subprocess.run, ['umount', small])
        self.device['audit'] = '{file: small/audit.jsonl, rotate_bytes: 2097152}'
        self.finds('disk_space', 'advice', '3 MB are free')
        (small / 'filler').write_bytes(bytes(2_500_000))
        self.finds('disk_space', 'fault', '0 MB are free')

    def test_a_kernel_without_the_sandbox(self):
        for number, name in ((444, 'landlock'), (317 if os.uname().machine == 'x86_64' else 277, 'seccomp')):
            shut = ['python3', str(SOURCE / 'test/e2e/without_call.py'), str(number)]
            self.finds(name, 'advice', command=shut)

    def test_an_admin_listener_that_asks_nobody(self):
        self.device['admin'] = '127.0.0.1:9901'
        self.finds('admin_open', 'advice')

    # --- what ends

    def test_certificates_end(self):
        self.device['listen'] = '[{at: "127.0.0.1:8080", tls: {certificate: c.pem, key: c.key}}]'
        self.certificate(self.folder, 'c', 5)
        (self.folder / 'c.key').chmod(0o600)
        self.finds('certificate_ends', 'advice', 'c.pem ends 2')
        self.certificate_of_times(self.folder, '20200101000000Z', '20210101000000Z')
        self.finds('certificate_ends', 'fault', 'ended 2021-01-01T00:00:00Z')
        self.certificate_of_times(self.folder, '20900101000000Z', '20910101000000Z')
        self.finds('certificate_early', 'fault')

    def test_policies_end(self):
        self.sign('--expires', '3d')
        self.finds('policy_ends', 'advice', 'ends 2')

    def test_a_key_ends(self):
        self.tool(self.folder, 'key', 'new', '-o', 'root')
        self.tool(self.folder, 'keyset', 'new', '-o', 'k.set', '--root', 'root.pub', '--until', '2d', '--policy', 'signer.pub')
        self.tool(self.folder, 'keyset', 'sign', 'k.set', '-k', 'root.key')
        self.device['policy'] = '{keys: [signer.pub], roots: [root.pub], threshold: 1, key_set: k.set, file: desk.blob}'
        self.finds('key_ends', 'advice', 'the signing key ')

    # --- the policy

    def test_policies_that_are_not_taken(self):
        self.tool(self.folder, 'key', 'new', '-o', 'other')
        self.tool(self.folder, 'policy', 'sign', 'empty', '-k', 'other.key', '-o', 'desk.blob')
        found = self.finds('policy_refused', 'fault', 'desk.blob is refused (seal_key_unknown)')
        self.assertIn('no_policy', {f['name'] for f in found})
        provoked.add('no_policy')
        (self.folder / 'desk.blob').unlink()
        self.finds('policy_file', 'fault', 'desk.blob cannot be read')

    def test_secrets(self):
        self.device['credentials'] = '{a: {file: nowhere}, b: {systemd: b}, c: {env: NOT_SET}, d: {vault: d}}'
        self.device['vault'] = '{file: v, key: {file: k}}'
        (self.folder / 'k').write_bytes(bytes(32))
        (self.folder / 'k').chmod(0o600)
        self.give('k')
        self.finds('secret_unread', 'fault', ': a: ')
        self.finds('vault', 'fault', 'not a vault')
        self.tool(self.folder, 'vault', 'init', 'v', '--key-file', 'k')
        self.give('v')
        self.device['credentials'] = '{d: {vault: d}}'
        (self.folder / 'device.yaml').unlink()
        self.assertFalse({'secret_unread', 'vault', 'key_mode'} & {f['name'] for f in self.run_doctor()})
        (self.folder / 'v').chmod(0o644)
        self.finds('key_mode', 'advice', 'v is open to others')

    @unittest.skipUnless(ROOT, 'only root reads what the gateway cannot')
    def test_what_only_root_reads(self):
        (self.folder / 'deep').mkdir()
        (self.folder / 'deep/a').write_text('secret')
        self.device['credentials'] = '{a: {file: deep/a}, d: {vault: d}}'
        self.device['vault'] = '{file: v, key: {file: k}}'
        self.device['listen'] = '[{at: "127.0.0.1:8080", tls: {certificate: c.pem, key: c.key}}]'
        (self.folder / 'k').write_bytes(bytes(32))
        self.tool(self.folder, 'vault', 'init', 'v', '--key-file', 'k')
        unread = lambda: [f['what'] for f in self.run_doctor() if f['name'] == 'secret_unread']
        for path, mode in (('deep/a', 0o644), ('deep', 0o755), ('k', 0o640), ('v', 0o640), ('c.key', 0o640)):
            (self.folder / path).chmod(mode)
            self.give(path)
        self.assertEqual(unread(), [])
        for path, mode, about in (('deep/a', 0o600, ': a: '), ('deep', 0o700, ': a: '), ('k', 0o600, 'the key of the vault'),
                                  ('v', 0o600, 'cannot read v:'), ('c.key', 0o600, 'cannot read c.key:')):
            before = (self.folder / path).stat().st_mode & 0o777
            (self.folder / path).chmod(mode)
            self.give(path, 0)
            said = unread()
            self.assertEqual(len(said), 1, said)
            self.assertIn(about, said[0])
            self.assertIn('Permission denied', said[0])
            (self.folder / path).chmod(before)
            self.give(path)

    @unittest.skipUnless(ROOT, 'only root reads what the gateway cannot')
    def test_a_user_of_the_unit(self):
        del self.device['user']
        self.device['listen'] = '[{at: "127.0.0.1:8080", tls: {certificate: c.pem, key: c.key}}]'
        self.device['tls'] = '{roots: r.pem}'
        shutil.copy(self.folder / 'c.pem', self.folder / 'r.pem')
        unread = lambda *user: [f['what'] for f in self.run_doctor('--offline', *user) if f['name'] == 'file_unread']
        for path in ('c.pem', 'r.pem', 'desk.blob'):
            (self.folder / path).chmod(0o600)
        self.assertEqual(unread(), [])  # root would read them
        said = unread('--user', 'nobody')
        self.assertEqual(len(said), 3, said)
        for path, what in zip(('desk.blob', 'c.pem', 'r.pem'), said):
            self.assertIn(f'user 65534, whom the gateway runs as, cannot read {path}: Permission denied', what)
        names = {f['name'] for f in self.run_doctor('--offline', '--user', 'nobody')}
        self.assertNotIn('runs_as_root', names)
        self.assertEqual(len(unread('--user', '1:1')), 3)
        for path in ('c.pem', 'r.pem', 'desk.blob'):
            (self.folder / path).chmod(0o640)
            os.chown(self.folder / path, 0, 65534)
        self.assertEqual(unread('--user', 'nobody'), [])
        self.assertEqual(unread('--user', '1:65534'), [])  # by its group
        self.assertEqual(len(unread('--user', '1')), 3)
        (self.folder / 'device.yaml').unlink()
        found = self.run_doctor('--offline', '--user', 'nobody-of-that-name')
        self.assertIn('of --user is nobody', [f['what'] for f in found if f['name'] == 'user'][0])
        self.folder.chmod(0o700)
        self.finds('file_unread', 'fault', 'cannot read desk.blob', options=('--offline', '--user', 'nobody'))

    @unittest.skipUnless(ROOT, 'only root becomes another')
    def test_who_is_neither(self):
        shutil.chown(self.folder / 'state', 1, 1)
        (self.folder / 'desk.blob').chmod(0o644)
        self.run_doctor('--offline')
        self.folder.chmod(0o777)
        program = shutil.copy(BINARY, self.folder)  # where it was built nobody else may read
        self.finds('user_unseen', 'advice', 'runs as user 65534', program=program, preexec_fn=lambda: os.setuid(1))

    def test_files_beside_what_is_others(self):
        self.device['credentials'] = '{a: {file: /etc/passwd}, b: {file: link}}'
        (self.folder / 'link').symlink_to('/etc/passwd')
        found = self.finds('broad_folder', 'advice')
        self.assertEqual({f['what'] for f in found if f['name'] == 'broad_folder'}, {
            'for /etc/passwd the sandbox leaves all of /etc open to the gateway',
            'for link the sandbox leaves all of /etc open to the gateway'})

    def test_a_credential_that_is_not_there(self):
        self.upstream(f'http://127.0.0.1:{self.listen()}/v1', credential='openai')
        self.finds('credential_missing', 'fault', 'upstream m needs the credential openai')

    # --- others

    def test_upstreams_that_are_not_there(self):
        self.upstream('http://no-such-name.invalid/v1')
        self.device['resolver'] = '{nameservers: ["127.0.0.1:9"]}'
        self.finds('name', 'fault', 'no-such-name.invalid:80')

    def test_nobody_answers(self):
        self.upstream(f'http://127.0.0.1:{self.free_port()}/v1')
        self.finds('unreachable', 'fault', 'upstream m at 127.0.0.1')

    def test_an_address_that_is_not_allowed(self):
        self.upstream(f'http://127.0.0.1:{self.listen()}/v1', egress=None)
        self.finds('egress', 'fault')

    def test_upstreams_that_are_somebody_else(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.certificate(self.folder, 'other', 90, host='elsewhere.example')
        context.load_cert_chain(self.folder / 'other.pem', self.folder / 'other.key')
        self.device['tls'] = '{roots: other.pem}'
        self.upstream(f'https://localhost:{self.listen(context)}/v1')
        self.finds('tls', 'fault', 'at localhost')
        (self.folder / 'device.yaml').unlink()
        self.device['tls'] = '{roots: c.pem}'
        self.finds('tls', 'fault')
        (self.folder / 'device.yaml').unlink()
        self.upstream(f'https://localhost:{self.listen()}/v1')  # says nothing
        self.finds('tls', 'fault')

    def test_issuers(self):
        port = self.free_port()
        self.sign(bundle={'identity.yaml': f'issuers:\n  - issuer: https://login.example\n    audiences: [gate]\n'
                                           f'    jwks_uri: http://127.0.0.1:{port}/keys\n    egress: [loopback]\n'})
        self.finds('unreachable', 'fault', f'issuer https://login.example at 127.0.0.1:{port}')
        self.assertEqual([f for f in self.run_doctor('--offline') if f['name'] == 'unreachable'], [])

    # --- the command

    def test_usage(self):
        for words, status in ((['--help'], 0), ([], 2), (['--config'], 2), (['--config', 'x', 'y'], 2), (['--output', 'xml'], 2)):
            run = subprocess.run([BINARY, 'doctor', *words], capture_output=True, text=True)
            self.assertEqual(run.returncode, status, words)
        self.assertIn('Exit status: 0 nothing found', subprocess.run([BINARY, 'doctor', '-h'], capture_output=True, text=True).stdout)


if __name__ == '__main__':
    unittest.main()
