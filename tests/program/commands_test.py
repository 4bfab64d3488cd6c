#!/usr/bin/env python3
"""The commands that need no running hub: init, check, map, transform, and what they say of mistakes."""
import json
import os
import shutil
import stat
import subprocess
import tempfile
import unittest

import hub


def linchpin(*arguments, stdin=None, home=None):
    environment = dict(os.environ, HOME=home) if home else None
    done = subprocess.run([hub.PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=60, env=environment)
    return done.returncode, done.stdout, done.stderr


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="linchpin-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.home = os.path.join(self.folder, "home")
        self.hub = os.path.join(self.folder, "hub")
        status, self.said, err = linchpin("init", self.hub, home=self.home)
        self.assertEqual(status, 0, err)

    def break_file(self, name, old, new):
        path = os.path.join(self.hub, name)
        with open(path) as file:
            text = file.read()
        self.assertIn(old, text)
        with open(path, "w") as file:
            file.write(text.replace(old, new, 1))

    def test_a_new_hub_has_no_mistakes_and_no_secrets(self):
        status, out, err = linchpin("check", self.hub, "--json")
        self.assertEqual(status, 0, out + err)
        said = json.loads(out)
        self.assertEqual(said["errors"], [])
        to_hubspot = {d["field"] for d in said["disclosure"] if d["system"] == "hubspot"}
        self.assertIn("contact.email", to_hubspot)
        self.assertNotIn("contact.date_of_birth", {d["field"] for d in said["disclosure"]})
        self.assertIn("linchpin check", self.said)

    def test_keys_that_the_environment_names_as_files_are_made_for_their_owner_alone(self):
        shutil.rmtree(self.hub)
        status, out, err = linchpin("init", self.hub, "--json", home=self.home)
        self.assertEqual(status, 0, err)
        for key in json.loads(out)["keys"]:
            if not os.path.isabs(key["where"]):
                continue  # env: and the like are the user's to set
            self.assertFalse(os.path.realpath(key["where"]).startswith(os.path.realpath(self.hub) + os.sep))
            self.assertEqual(stat.S_IMODE(os.stat(key["where"]).st_mode), 0o600)
            with open(key["where"]) as file:
                self.assertRegex(file.read(), r"^[0-9a-f]{64}\n$")

    def test_a_folder_that_is_not_empty_is_refused_and_left_as_it_is(self):
        before = sorted(os.listdir(self.hub))
        status, _, err = linchpin("init", self.hub)
        self.assertEqual(status, 2)
        self.assertIn("not an empty folder", err)
        self.assertEqual(sorted(os.listdir(self.hub)), before)

    def test_every_mistake_is_told_in_one_go_with_its_place_and_remedy(self):
        self.break_file("entities/contact.yaml", "class: personal, owner: hubspot", "clas: personal, owner: hubspot")
        self.break_file("flows/clients.yaml", "xero:", "xerro:")
        self.break_file("mappings/xero.contacts.yaml", "family_name: LastName", "famly_name: LastName")
        status, out, _ = linchpin("check", self.hub, "--json")
        self.assertEqual(status, 2)
        errors = json.loads(out)["errors"]
        self.assertEqual({e["file"] for e in errors} & {"entities/contact.yaml", "flows/clients.yaml", "mappings/xero.contacts.yaml"},
                         {"entities/contact.yaml", "flows/clients.yaml", "mappings/xero.contacts.yaml"})
        for error in errors:
            self.assertGreater(error["line"], 0, error)
            self.assertGreater(error["column"], 0, error)
        self.assertTrue(any("class" in e["remedy"] for e in errors), "the nearest key is suggested")
        self.assertTrue(any("family_name" in e["remedy"] for e in errors), "the nearest field is suggested")
        status, out, _ = linchpin("check", self.hub)
        self.assertEqual(status, 2)
        for line in out.splitlines()[:-1]:
            self.assertRegex(line, r"^(warning: )?\S+\.yaml(:\d+:\d+)?: .+[.?]$")

    def test_a_restricted_field_that_would_reach_a_system_refuses_the_whole_hub(self):
        path = os.path.join(self.hub, "mappings/hubspot.contacts.yaml")
        with open(path, "a") as file:
            file.write("  date_of_birth: properties.date_of_birth\n")
        status, out, _ = linchpin("check", self.hub, "--json")
        self.assertEqual(status, 2)
        self.assertIn("least_privilege", {e["code"] for e in json.loads(out)["errors"]})

    def test_a_pipe_or_a_device_among_the_files_is_a_mistake_and_holds_nothing_up(self):
        os.mkfifo(os.path.join(self.hub, "flows/pipe.yaml"))
        os.symlink("/dev/zero", os.path.join(self.hub, "mappings/endless.yaml"))
        status, out, err = linchpin("check", self.hub, "--json")
        self.assertEqual(status, 2, err)
        found = {e["file"]: e["message"] for e in json.loads(out)["errors"]}
        for name in ("flows/pipe.yaml", "mappings/endless.yaml"):
            self.assertIn("not a regular file", found[name])

    def test_a_bad_hub_is_not_started(self):
        self.break_file("flows/clients.yaml", "keep: contact", "keep: contract")
        status, _, err = linchpin("run", self.hub)
        self.assertEqual(status, 2, err)
        self.assertIn("flows/clients.yaml:", err)
        self.assertFalse(os.path.exists(os.path.join(self.hub, "data")))

    def test_a_mapping_is_tried_on_records_both_ways(self):
        record = {"ContactID": "1", "FirstName": "Siân", "LastName": "D’Arcy", "EmailAddress": "s@mail.example",
                  "Phones": [{"PhoneType": "MOBILE", "PhoneCountryCode": "61", "PhoneAreaCode": "0412", "PhoneNumber": "345 678"}]}
        lines = "\n".join(json.dumps(r) for r in (record, {"ContactID": "2", "Name": "Pty Ltd"},
                                                  dict(record, Phones=[{"PhoneType": "MOBILE", "PhoneNumber": "none"}]))) + "\nnot json\n"
        status, out, err = linchpin("map", self.hub, "xero.contacts", stdin=lines)
        self.assertEqual(status, 1, err)  # done, and it found something
        first, organisation, bad, broken = (json.loads(l) for l in out.splitlines())
        self.assertEqual(first["fields"]["phone"], "+61412345678")
        self.assertEqual(first["fields"]["given_name"], "Siân")
        self.assertNotIn("errors", first)
        self.assertEqual(organisation, {"applies": False})
        self.assertEqual(bad["errors"][0]["field"], "phone")
        self.assertRegex(bad["errors"][0]["place"], r"^mappings/xero.contacts.yaml:\d+:\d+$")
        self.assertEqual(bad["fields"]["family_name"], "D’Arcy")
        self.assertEqual(broken["errors"][0]["code"], "invalid_json")
        path = os.path.join(self.folder, "fields.jsonl")
        with open(path, "w") as file:
            file.write(json.dumps(first) + "\n")
        status, out, err = linchpin("map", self.hub, "xero.contacts", "--out", "--file", path)
        self.assertEqual(status, 0, out + err)
        back = json.loads(out)["record"]
        self.assertEqual((back["FirstName"], back["Name"]), ("Siân", "Siân D’Arcy"))
        self.assertEqual(linchpin("map", self.hub, "xero.contact")[0], 2)

    def test_a_transform_is_tried_on_lines(self):
        lines = ('{"input": "0412 345 678"}\n{"input": "12", "options": {"region": "AU"}}\n'
                 '{"input_json": "1234567.10", "options": {}}\nnonsense\n')
        status, out, err = linchpin("transform", "phone.normalise", "--options", '{"region":"AU"}', stdin=lines)
        self.assertEqual(status, 1, err)
        answers = [json.loads(l) for l in out.splitlines()]
        self.assertEqual(len(answers), 4)
        self.assertEqual(answers[0], {"output": "+61412345678"})
        for answer in answers[1:]:
            self.assertEqual(set(answer), {"error"})
            self.assertEqual(set(answer["error"]), {"category", "message"})
        status, _, err = linchpin("transform", "phone.normalize", stdin="{}\n")
        self.assertEqual(status, 2)
        status, out, _ = linchpin("transform", "text.exact", stdin='{"input_json": "\\"a\\""}\n')
        self.assertEqual((status, out), (0, '{"output":"a"}\n'))

    def test_every_command_has_help_with_an_example(self):
        for command in ("init", "check", "connect", "run", "sync", "map", "transform", "explain", "dead-letters", "review",
                        "app", "audit", "sandbox"):
            status, out, _ = linchpin(command, "--help")
            self.assertEqual(status, 0, command)
            self.assertIn("Example:", " ".join(out.split()), command)
        self.assertEqual(linchpin()[0], 2)
        self.assertEqual(linchpin("nonsense")[0], 2)
        self.assertEqual(linchpin("check", os.path.join(self.folder, "nowhere"))[0], 2)


if __name__ == "__main__":
    unittest.main()
