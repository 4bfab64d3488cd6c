#!/usr/bin/env python3
"""The schemas that init writes for editors: they take what check takes, and refuse what it refuses by a file's shape."""
import ast
import collections
import copy
import glob
import json
import operator
import os
import random
import re
import shutil
import subprocess
import tempfile
import unittest

import jsonschema
import yaml

import hub

# How many single changes of each kind's files are tried; there are up to 2,000 of a kind.
CHANGES = int(os.environ.get("SCHEMA_CHANGES", 200))

SINGLE = {"hub": "hub.yaml", "access": "access.yaml", "alerts": "alerts.yaml"}
FOLDERS = {"environment": "environments", "system": "systems", "entity": "entities", "mapping": "mappings", "flow": "flows",
           "connector": "connectors"}

# What no file of the example says.
MORE = {
    "access.yaml": """
roles:
  operator: { may: [retry, pause], sees: internal }
  compliance: { may: [audit], sees: personal, reveals: restricted, second_factor: 5 minutes }
single_sign_on: { issuer: https://login.example.com/, roles_from: groups }
apps: { portal: { reads: contact } }
experiences:
  bookkeeping: { entity: contact, fields: [full_name, email], where: '.lifecycle_stage == "client"' }
""",
    "alerts.yaml": """
channels:
  desk: { email: support@example.com.au }
  monitor: { heartbeat: https://monitor.example.com/, every: 1 minute }
routes:
  - on: { dead_letter: { regulated: true } }
    tell: desk
    within: 2 minutes
    then: { tell: monitor, after: 10 minutes }
  - { on: { anomaly: error_rate }, by: system, at_least: 50, tell: desk }
""",
    "flows/tell-portal.yaml": """
flow: tell-portal
on: contact.verification becomes verified
post: { app: portal, fields: [id, verification] }
mode: off
alert: desk
""",
    "flows/notes.yaml": "flow: notes\nmanual: the bookkeeper's spreadsheet\n",
    "hub.yaml": "hub: more\ntime_zone: UTC\nretain: { inbox: 30 days }\n",
}

# What check says of a file's shape, and a schema can say too. (What a text holds inside, and what one key asks of another,
# a schema does not know.)
SHAPE = re.compile(r"is no key of (?!this kind of flow)|is missing from (?!a flow |a field's mapping)|is due here, and there is"
                   r"|is not one of the choices here|is not true or false|is not a whole number|' is no type$")


class Yaml(yaml.SafeLoader):
    """YAML 1.2, as editors and the program have it: `on`, `no` and 2026-09-01 are texts."""
    yaml_implicit_resolvers = {}


Yaml.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), None)
Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), None)
Yaml.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]+$"), None)
Yaml.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+$"), None)
Yaml.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def read(text):
    # A call after `as:` needs no quotes for the program; for other readers of YAML it does.
    return yaml.load(re.sub(r"\bas: ([\w.]+\(.*\))$", r"as: '\1'", text, flags=re.MULTILINE), Yaml)


def kind_of(name):
    folder, _, file = name.rpartition("/")
    places = {place: kind for kind, place in (FOLDERS if folder else SINGLE).items()}
    return places.get(folder or file)


def small_hub():
    """The files of the model's own test hub."""
    with open(os.path.join(hub.ROOT, "src/model/small_hub.hpp")) as file:
        found = re.findall(r'\{"([\w./-]+\.yaml)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}', file.read())
    return {name: ast.literal_eval(f"({text})") for name, text in found}


def places(document, at=()):
    """Every place of the document: the keys and indexes that lead to it."""
    yield at
    inside = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in inside:
        yield from places(value, (*at, key))


def words(schema, key):
    """The words that a schema lists for a key of that name, wherever it stands."""
    if isinstance(schema, list):
        return [word for part in schema for word in words(part, key)]
    if not isinstance(schema, dict):
        return []
    listed = json.dumps(schema.get("properties", {}).get(key, {}))
    own = [word for found in re.findall(r'"enum": (\[.*?\])', listed) for word in json.loads(found)]
    return own + [word for part in schema.values() for word in words(part, key)]


def changed(document, at, change):
    """A copy in which `change(parent, key)` was made at that place."""
    parent, key = [copy.deepcopy(document)], 0
    whole = parent
    for step in at:
        parent, key = parent[key], step
    change(parent, key)
    return whole[0]


def mutants(documents, schema):
    """The documents with one thing changed, in every way: (the place, what was done, the result). A place that is as one
    before it, but for its number in a list, is left out."""
    seen = set()
    for document in documents:
        for at in places(document):
            alike = tuple("*" if isinstance(step, int) else step for step in at)
            if alike in seen:
                continue
            seen.add(alike)
            last = at[-1] if at else None
            for value in (["nonsense"], {"nonsense": 1}, None, "nonsense", True, 7, *sorted(set(words(schema, last)))):
                yield at, f"is {value}", changed(document, at, lambda parent, key: operator.setitem(parent, key, value))
            if at:
                yield at, "is gone", changed(document, at, lambda parent, key: parent.pop(key))
            yield at, "has one more", changed(document, at, lambda parent, key: one_more(parent[key]))


def one_more(inside):
    if isinstance(inside, dict):
        inside["nonsense"] = 1
    elif isinstance(inside, list):
        inside.append({"nonsense": 1})


class Schemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="linchpin-test-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.hub = os.path.join(cls.folder, "hub")
        done = cls.linchpin("init", cls.hub)
        assert done.returncode == 0, done.stderr
        cls.schemas = {}
        for path in glob.glob(os.path.join(cls.hub, ".schemas/*.json")):
            with open(path) as file:
                cls.schemas[os.path.basename(path)[:-5]] = json.load(file)

    @classmethod
    def linchpin(cls, *arguments):
        environment = dict(os.environ, HOME=os.path.join(cls.folder, "home"))
        return subprocess.run([hub.PROGRAM, *arguments], capture_output=True, text=True, timeout=300, env=environment)

    def check(self, folder):
        """What check says of each file: its errors' messages."""
        done = self.linchpin("check", folder, "--json")
        said = {}
        for error in json.loads(done.stdout)["errors"]:
            said.setdefault(error["file"], []).append(error["message"])
        return said

    def good_files(self):
        """By kind, documents that check takes: the example's, the model's own, the connectors, and what they leave out."""
        texts = list(small_hub().items()) + list(MORE.items())
        for path in glob.glob(os.path.join(hub.ROOT, "examples/accounting-practice/**/*.yaml"), recursive=True):
            with open(path) as file:
                texts.append((os.path.relpath(path, os.path.join(hub.ROOT, "examples/accounting-practice")), file.read()))
        for path in glob.glob(os.path.join(hub.ROOT, "connectors/*/manifest.yaml")):
            with open(path) as file:
                texts.append((f"connectors/{os.path.basename(os.path.dirname(path))}.yaml", file.read()))
        good = {}
        for name, text in texts:
            good.setdefault(kind_of(name), []).append((name, read(text)))
        return good

    def test_each_kind_has_one_that_is_a_schema(self):
        self.assertEqual(set(self.schemas), set(SINGLE) | set(FOLDERS))
        for schema in self.schemas.values():
            jsonschema.Draft7Validator.check_schema(schema)

    def test_what_check_takes_they_take(self):
        folder = os.path.join(self.folder, "more")
        shutil.copytree(self.hub, folder)
        for name, text in MORE.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        self.assertEqual(self.check(folder), {})
        good = self.good_files()
        self.assertEqual(set(good), set(self.schemas))
        self.assertGreaterEqual(len(small_hub()), 10)
        for kind, documents in good.items():
            for name, document in documents:
                for error in jsonschema.Draft7Validator(self.schemas[kind]).iter_errors(document):
                    self.fail(f"{name}: {error.message}")

    def test_the_files_of_a_new_hub_name_theirs(self):
        named = 0
        for path in glob.glob(os.path.join(self.hub, "**/*.yaml"), recursive=True):
            with open(path) as file:
                schema = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)\n", file.readline())[1]
            kind = kind_of(os.path.relpath(path, self.hub))
            self.assertTrue(os.path.samefile(os.path.join(os.path.dirname(path), schema),
                                             os.path.join(self.hub, f".schemas/{kind}.json")), path)
            named += 1
        self.assertGreaterEqual(named, 14)

    def test_they_say_what_each_key_is_for(self):
        flow = self.schemas["flow"]["properties"]
        self.assertEqual(flow["keep"]["description"], "the entity that is kept in agreement")
        self.assertIn("such as every 15 minutes", flow["systems"]["additionalProperties"]["properties"]["sweep"]["description"])

    def test_they_can_be_renewed_and_nothing_else_is_touched(self):
        folder = os.path.join(self.folder, "older")
        shutil.copytree(self.hub, folder)
        shutil.rmtree(os.path.join(folder, ".schemas"))
        os.remove(os.path.join(folder, "README.md"))
        done = self.linchpin("init", folder, "--schemas")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(os.path.join(folder, ".schemas"))), sorted(f"{kind}.json" for kind in self.schemas))
        self.assertFalse(os.path.exists(os.path.join(folder, "README.md")))
        done = self.linchpin("init", os.path.join(self.folder, "nothing"), "--schemas")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no hub in", done.stderr)

    def said_of(self, kind, part):
        """Lays mutants as files into an empty hub: (what it is, its document, what check says of it) of each."""
        folder = tempfile.mkdtemp(dir=self.folder)
        for place in FOLDERS.values():
            os.makedirs(os.path.join(folder, place))
        laid = {}
        for number, (at, done, document) in enumerate(part):
            own = f"m{number}"
            name = SINGLE.get(kind) or f"{FOLDERS[kind]}/{own}.yaml"
            if kind in FOLDERS and at[:1] != (kind,) and isinstance(document, dict):
                document[kind] = own
            with open(os.path.join(folder, name), "w") as file:
                json.dump(document, file)  # JSON is YAML
            if kind == "connector":  # it is read where a system names it
                with open(os.path.join(folder, f"systems/{own}.yaml"), "w") as file:
                    file.write(f"system: {own}\nconnector: {own}\nmay_hold: public\npurpose: none\ncountry: AU\n")
            laid[name] = (f"{at} {done}", document)
        said = self.check(folder)
        shutil.rmtree(folder)
        return [(*what, said.get(name, [])) for name, what in laid.items()]

    def test_what_they_refuse_check_refuses_and_the_other_way_round(self):
        for kind, good in self.good_files().items():
            validator = jsonschema.Draft7Validator(self.schemas[kind])
            refused, taken = set(), 0  # by which of its words; how many
            bad = list(mutants([document for _, document in good], self.schemas[kind]))
            if len(bad) > CHANGES:
                bad = random.Random(1).sample(bad, CHANGES)
            step = 1 if kind in SINGLE else 800  # check reads 2000 files at most
            for begin in range(0, len(bad), step):
                for what, document, said in self.said_of(kind, bad[begin:begin + step]):
                    errors = list(validator.iter_errors(document))
                    by_shape = [message for message in said if SHAPE.search(message)]
                    self.assertEqual(bool(errors), bool(by_shape), (kind, what, [e.message for e in errors], said))
                    refused.update(error.validator for error in errors)
                    taken += not errors
            self.assertLessEqual({"additionalProperties", "type", "required"}, refused, kind)
            if '"enum"' in json.dumps(self.schemas[kind]):
                self.assertTrue(refused & {"enum", "anyOf"}, kind)
            self.assertGreater(taken, 10, kind)


if __name__ == "__main__":
    unittest.main()
