# SPDX-License-Identifier: Apache-2.0
"""validate.py POSTERN SOURCE WORK - schemas in WORK/schemas against bundles, good and broken."""

import json
import pathlib
import subprocess
import sys
import warnings

import yaml

warnings.simplefilter("ignore")
import jsonschema  # noqa: E402

postern, source, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])


class Loader(yaml.SafeLoader):
    """YAML 1.2 as far as it matters here: a date is a text, and of the words only these are bools."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool",
                             __import__("re").compile("^(true|True|TRUE|false|False|FALSE)$"),
                             list("tTfF"))

validators = {}
for file in sorted((work / "schemas").glob("*.schema.json")):
    schema = json.loads(file.read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validators[file.name.removesuffix(".schema.json")] = jsonschema.Draft7Validator(schema)

failures = 0


def fail(message):
    global failures
    failures += 1
    print(message)


def errors(kind, text):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
            for e in validators[kind].iter_errors(yaml.load(text, Loader))]


def kind_of(path):
    if path.name.startswith("."):
        return None
    if path.suffix not in (".yaml", ".yml", ".json"):
        return None
    if path.stem.endswith("_test"):
        return "test"
    if "testdata" in path.parts:
        return "testdata"
    if "policies" in path.parts and "_schemas" not in path.parts:
        return "policy"
    return path.stem if path.stem in ("bundle", "models", "servers", "identity") else None


# --- every bundle of the tree ---

seen = 0
for settings in sorted([*source.glob("policy/examples/**/bundle.yaml"),
                        *source.glob("test/**/bundle.yaml")]):
    if "node_modules" in settings.parts:
        continue
    for path in sorted(settings.parent.rglob("*")):
        kind = kind_of(path.relative_to(settings.parent))
        if kind is None or not path.is_file():
            continue
        seen += 1
        for error in errors(kind, path.read_text()):
            fail(f"{path}: {error}")
if seen < 15:
    fail(f"only {seen} files were found")

# --- rows: kind, text, and where the mistake is (None: there is none) ---

POLICY = "apiVersion: api.cerbos.dev/v1\n"
RULE = POLICY + "resourcePolicy:\n  resource: k\n  rules:\n    - "
ISSUER = "issuers:\n  - {issuer: http://i, audiences: [a], jwks: {keys: []}, "
KEY = "keys:\n  - {id: a, user: u, sha256: " + "ab" * 32 + ", "
TEST = "name: t\nprincipals: {p: {id: p, roles: [r]}}\nresources: {r: {id: r, kind: k}}\ntests:\n  - "
INPUT = "{name: one, input: {principals: [p], resources: [r], actions: [a]}, expected: "

rows = [
    ("bundle", "name: a\nmode: edge\nexpires: 30d\non_expiry: keep\ngrace: 7d\nsequence: 3\nepoch: 1\n"
     "tenant: 3f2a0c9e-0000-4000-8000-000000000001\ntargets: {groups: [x], devices: [y]}\n"
     "description: one\nglobals: {a: 1, b: [x]}\ndefault_policy_version: v1\n"
     "default_scope: acme.hr\nlenient_scope_search: true\nsecrets: [R.attr.arguments.card]\n", None),
    ("bundle", "name: a\nexpires: 90\n", None),
    ("bundle", "mode: edge\n", ""),
    ("bundle", "name: a b\n", "name"),
    ("bundle", "name: a\nmode: cerbos\n", "mode"),
    ("bundle", "name: a\nexpire: 30d\n", ""),
    ("bundle", "name: a\nexpires: soon\n", "expires"),
    ("bundle", "name: a\ngrace: 7d\n", ""),
    ("bundle", "name: a\nsequence: -1\n", "sequence"),
    ("bundle", "name: a\ntargets: {group: [x]}\n", "targets"),
    ("bundle", "name: a\nlenient_scope_search: maybe\n", "lenient_scope_search"),
    ("bundle", "name: a\nschema_enforcement: reject\n", None),
    ("bundle", "name: a\nschema_enforcement: maybe\n", "schema_enforcement"),
    ("bundle", "name: a\nsecrets: [card]\n", "secrets/0"),
    ("bundle", "name: a\nself_tests: [{name: t, input: {principal: {id: a, roles: [r]}, resource: {kind: k, id: i}, actions: [b]}, expect: deny}]\n", None),
    ("bundle", "name: a\nself_tests: [{name: t, input: {}, expect: maybe}]\n", "self_tests/0/expect"),
    ("bundle", "name: a\ndefault_scope: a..b\n", "default_scope"),

    ("identity", KEY + "agent: x, team: t, task: T-1, roles: [r], attr: {region: eu}, "
     "expires: 2027-01-31}\n", None),
    ("identity", "keys:\n  - {id: a, user: u, sha256: sk-secret}\n", "keys/0/sha256"),
    ("identity", "keys:\n  - {id: a, sha256: " + "ab" * 32 + "}\n", "keys/0"),
    ("identity", KEY + "role: [r]}\n", "keys/0"),
    ("identity", KEY + "roles: ['a,b']}\n", "keys/0/roles/0"),
    ("identity", KEY + "roles: ['*']}\n", "keys/0/roles/0"),
    ("identity", KEY + "expires: tomorrow}\n", "keys/0/expires"),
    ("identity", ISSUER + "algorithms: [ES256], clock_skew: 30s, types: [JWT, absent], claims: "
     "{user: sub, agent: client_id, team: org.team, task: task, roles: {scope: {a: b, c: [d, e]}}}}\n",
     None),
    ("identity", "issuers:\n  - {issuer: i, jwks: {keys: []}}\n", "issuers/0"),
    ("identity", "issuers:\n  - {issuer: i, audiences: [a]}\n", "issuers/0"),
    ("identity", ISSUER + "jwks_uri: ftp://i/}\n", "issuers/0/jwks_uri"),
    ("identity", ISSUER + "discovery: maybe}\n", "issuers/0/discovery"),
    ("identity", ISSUER + "introspection: {credential: credential:c}}\n", "issuers/0/introspection"),
    ("identity", ISSUER + "egress: [lan]}\n", "issuers/0/egress/0"),
    ("identity", ISSUER + "algorithms: [HS256]}\n", "issuers/0/algorithms/0"),
    ("identity", ISSUER + "types: [jwt]}\n", "issuers/0/types/0"),
    ("identity", ISSUER + "clock_skew: long}\n", "issuers/0/clock_skew"),
    ("identity", ISSUER + "claims: {name: sub}}\n", "issuers/0/claims"),
    ("identity", ISSUER + "claims: {roles: {groups: [a]}}}\n", "issuers/0/claims/roles/groups"),
    ("identity", "attachments: []\n", "attachments"),
    ("identity", "attachments:\n  - {models: [m]}\n", "attachments/0"),
    ("identity", "attachments:\n  - {user: u, team: t, models: [m]}\n", "attachments/0"),
    ("identity", "attachments:\n  - {user: u, tools: {s: []}}\n", "attachments/0/tools/s"),

    ("servers", "servers:\n  - {name: s, url: 'https://192.0.2.1/mcp', credential: "
     "{name: 'credential:x', header: x-key, scheme: Bearer}, origins: ['https://a.example'], "
     "egress: [loopback], connect_timeout: 250ms, timeout: 30s, idle_timeout: 5m, "
     "revisions: ['2025-06-18'], description: one}\n", None),
    ("servers", "servers:\n  - {name: s, url: 'ftp://192.0.2.1/'}\n", "servers/0/url"),
    ("servers", "servers:\n  - {name: s}\n", "servers/0"),
    ("servers", "servers:\n  - {name: s, url: 'http://192.0.2.1/', credential: sk-123}\n",
     "servers/0/credential"),
    ("servers", "servers:\n  - {name: a/b, url: 'http://192.0.2.1/'}\n", "servers/0/name"),
    ("servers", "servers:\n  - {name: s, url: 'http://192.0.2.1/', egress: [all]}\n",
     "servers/0/egress/0"),
    ("servers", "servers:\n  - {name: s, url: 'http://192.0.2.1/', timeout: long}\n",
     "servers/0/timeout"),
    ("servers", "servers:\n  - {name: s, url: 'http://192.0.2.1/', origins: ['*']}\n",
     "servers/0/origins/0"),

    ("models", "model_list:\n  - {model_name: m, litellm_params: {model: openai/m, api_key: "
     "os.environ/K, timeout: 30, rpm: 60}, model_info: {id: x}}\nrouter_settings: "
     "{num_retries: 3, model_group_alias: {a: m, b: {model: m, hidden: true}}}\n"
     "litellm_settings: {drop_params: true}\n", None),
    ("models", "models: []\n", ""),
    ("models", "model_list:\n  - {model_name: m}\n", "model_list/0"),
    ("models", "model_list:\n  - {model_name: m, litellm_params: {model: openai/m, "
     "api_key: sk-123}}\n", "model_list/0/litellm_params/api_key"),

    ("policy", POLICY + "disabled: false\ndescription: one\nmetadata: {annotations: {a: b}}\n"
     "variables: {x: R.id}\nresourcePolicy:\n  resource: mcp:s\n  version: v1\n  scope: acme.hr\n"
     "  scopePermissions: SCOPE_PERMISSIONS_OVERRIDE_PARENT\n  importDerivedRoles: [d]\n"
     "  constants: {import: [c], local: {a: 1, b: [x, {y: z}]}}\n"
     "  variables: {import: [v], local: {q: 1 < 2, r: true}}\n  rules:\n"
     "    - {name: one, actions: ['*'], effect: EFFECT_ALLOW, roles: ['*'], derivedRoles: [boss],\n"
     "       condition: {match: {all: {of: [{expr: V.q}, {any: {of: [{expr: true}]}}, "
     "{none: {of: [{expr: R.id == \"x\"}]}}]}}},\n"
     "       output: {when: {ruleActivated: '\"x\"', conditionNotMet: '\"y\"'}}}\n", None),
    ("policy", POLICY + "derivedRoles:\n  name: d\n  definitions:\n"
     "    - {name: boss, parentRoles: [r], condition: {match: {expr: P.attr.boss}}}\n", None),
    ("policy", POLICY + "exportVariables: {name: v, definitions: {a: R.id}}\n", None),
    ("policy", POLICY + "exportConstants: {name: c, definitions: {a: [1, 2]}}\n", None),
    ("policy", POLICY + "principalPolicy:\n  principal: sue\n  rules:\n    - {resource: 'm*', "
     "actions: [{name: n, action: 'a*', effect: EFFECT_DENY, condition: {match: {expr: true}}}]}\n",
     None),
    ("policy", POLICY + "rolePolicy:\n  role: clerk\n  parentRoles: [r]\n  rules:\n"
     "    - {name: n, resource: k, allowActions: [a], condition: {match: {expr: true}}}\n", None),
    ("policy", POLICY, ""),
    ("policy", "resourcePolicy: {resource: k}\n", ""),
    ("policy", "apiVersion: v1\nresourcePolicy: {resource: k}\n", "apiVersion"),
    ("policy", POLICY + "resourcePolicy: {resource: k}\nrolePolicy: {role: r}\n", ""),
    ("policy", POLICY + "resourcePolicy: {resource: 'k*'}\n", "resourcePolicy/resource"),
    ("policy", POLICY + "resourcePolicy: {resource: k, version: a.b}\n", "resourcePolicy/version"),
    ("policy", POLICY + "resourcePolicy: {resource: k, rule: []}\n", "resourcePolicy"),
    ("policy", RULE + "{actions: [a], effect: ALLOW, roles: [r]}\n", "resourcePolicy/rules/0/effect"),
    ("policy", RULE + "{actions: [a], effect: EFFECT_ALLOW}\n", "resourcePolicy/rules/0"),
    ("policy", RULE + "{actions: [], effect: EFFECT_ALLOW, roles: [r]}\n",
     "resourcePolicy/rules/0/actions"),
    ("policy", RULE + "{actions: [a, a], effect: EFFECT_ALLOW, roles: [r]}\n",
     "resourcePolicy/rules/0/actions"),
    ("policy", RULE + "{name: 1a, actions: [a], effect: EFFECT_ALLOW, roles: [r]}\n",
     "resourcePolicy/rules/0/name"),
    ("policy", RULE + "{actions: [a], effect: EFFECT_ALLOW, roles: [r], condition: {expr: x}}\n",
     "resourcePolicy/rules/0/condition"),
    ("policy", RULE + "{actions: [a], effect: EFFECT_ALLOW, roles: [r], condition: {match: "
     "{expr: R.id, all: {of: [{expr: true}]}}}}\n", "resourcePolicy/rules/0/condition/match"),
    ("policy", RULE + "{actions: [a], effect: EFFECT_ALLOW, roles: [r], condition: {match: "
     "{all: {of: []}}}}\n", "resourcePolicy/rules/0/condition/match/all/of"),
    ("policy", RULE + "{actions: [a], effect: EFFECT_ALLOW, roles: [r], output: {activated: x}}\n",
     "resourcePolicy/rules/0/output"),
    ("policy", POLICY + "rolePolicy: {role: r, rules: [{resource: k}]}\n", "rolePolicy/rules/0"),
    ("policy", POLICY + "derivedRoles: {name: d}\n", "derivedRoles"),

    ("test", TEST + INPUT + "[{principal: p, resource: r, actions: {a: EFFECT_ALLOW}, "
     "outcomes: {a: allow}, outputs: [{action: a, expected: [{src: x, val: {y: 1}}]}]}]}\n", None),
    ("test", TEST + INPUT + "[{principal: p, resource: r, actions: {a: ALLOW}}]}\n",
     "tests/0/expected/0/actions/a"),
    ("test", TEST + INPUT + "[{principal: p, resource: r, outcomes: {a: maybe}}]}\n",
     "tests/0/expected/0/outcomes/a"),
    ("test", TEST + "{name: one, expected: []}\n", "tests/0"),
    ("test", "name: t\n", ""),
    ("testdata", "principals: {p: {id: p, roles: [r], attr: {a: 1}}}\n", None),
    ("testdata", "principals: {p: {id: p, role: r}}\n", "principals/p"),
]

GOOD = {"bundle": "name: a\n", "policy": RULE + "{actions: [a], effect: EFFECT_ALLOW, roles: [r]}\n"}
PLACES = {"bundle": "bundle.yaml", "identity": "identity.yaml", "servers": "servers.yaml",
          "models": "models.yaml", "policy": "policies/a.yaml"}
HELPERS = {
    "policies/d.yaml": POLICY + "derivedRoles: {name: d, definitions: "
                                "[{name: boss, parentRoles: [r]}]}\n",
    "policies/c.yaml": POLICY + "exportConstants: {name: c, definitions: {z: 1}}\n",
    "policies/v.yaml": POLICY + "exportVariables: {name: v, definitions: {z: R.id}}\n",
    "policies/up.yaml": POLICY + "resourcePolicy: {resource: 'mcp:s', version: v1}\n",
    "policies/upper.yaml": POLICY + "resourcePolicy: {resource: 'mcp:s', version: v1, scope: acme}\n",
}


def builds(kind, text, number):
    """What the compiler says of a bundle with this file in it."""
    folder = work / f"bundle-{number}"
    (folder / "policies").mkdir(parents=True)
    files = {PLACES[k]: t for k, t in GOOD.items()}
    files[PLACES[kind]] = text
    defined = yaml.load(text, Loader)
    for path, helper in HELPERS.items():
        body = yaml.load(helper, Loader)
        name = next(k for k in body if k != "apiVersion")
        if kind != "policy" or (body[name].get("name") != (defined.get(name) or {}).get("name")
                                or name == "resourcePolicy"):
            files[path] = helper
    for path, content in files.items():
        (folder / path).write_text(content)
    run = subprocess.run([postern, "policy", "build", "-q", str(folder)], capture_output=True, text=True)
    return run.returncode == 0, run.stderr


for number, (kind, text, where) in enumerate(rows):
    found = errors(kind, text)
    places = [e.split(": ")[0] for e in found]
    if where is None and found:
        fail(f"row {number}, {kind}: refused, and is good: {found}\n{text}")
    if where is not None and where not in places:
        fail(f"row {number}, {kind}: wanted a mistake at '{where}', got {found}\n{text}")
    if kind in PLACES:
        good, said = builds(kind, text, number)
        if good != (where is None):
            fail(f"row {number}, {kind}: the compiler {'takes' if good else 'refuses'} it: {said}\n{text}")

for kind in validators:
    for wanted in (True, False):
        if not any(k == kind and (w is None) == wanted for k, _, w in rows):
            fail(f"no {'good' if wanted else 'broken'} row for {kind}")

print(f"{seen} files and {len(rows)} rows against {len(validators)} schemas: "
      f"{'good' if failures == 0 else str(failures) + ' failures'}")
sys.exit(failures != 0)
