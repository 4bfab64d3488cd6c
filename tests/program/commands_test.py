#!/usr/bin/env python3
"""The commands that need no running hub: init, check, map, transform, and what they say of mistakes."""
import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

import hub


# Without root's power to read everything.
AS_OTHERS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all")


def linchpin(*arguments, stdin=None, home=None, before=(), variables=None):
    environment = dict(os.environ, **(variables or {}))
    if home is not None:
        environment["HOME"] = home
    done = subprocess.run([*before, hub.PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=60,
                          env=environment)
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

    def test_a_folder_that_cannot_be_read_is_the_one_mistake(self):
        if subprocess.run([*AS_OTHERS, "true"], capture_output=True).returncode != 0:
            self.skipTest("setpriv cannot take powers away here")
        for name in ("", "flows", "entities", "systems", "mappings", "connectors", "hub.yaml", "mappings/xero.contacts.yaml"):
            path = os.path.join(self.hub, name)
            made = not os.path.exists(path)
            if made:
                os.mkdir(path)
            mode = stat.S_IMODE(os.stat(path).st_mode)
            os.chmod(path, 0)
            try:
                status, out, err = linchpin("check", self.hub, "--json", before=AS_OTHERS)
            finally:
                os.chmod(path, mode)
                if made:
                    os.rmdir(path)
            self.assertEqual(status, 2, (name, out, err))
            errors = json.loads(out)["errors"]
            self.assertEqual([e["code"] for e in errors], ["file_unreadable"], (name, errors))
            self.assertIn("cannot be read: Permission denied", errors[0]["message"])
            self.assertEqual(errors[0]["file"], name or self.hub)
            self.assertTrue(errors[0]["remedy"])

    def test_what_is_no_regular_file_is_refused_by_every_command_and_at_once(self):
        pipe = os.path.join(self.folder, "pipe")
        os.mkfifo(pipe)
        commands = (["audit", self.hub, "verify", "--since"], ["map", self.hub, "xero.contacts", "--file"])
        for command in commands:
            for path in ("/tmp", "/dev/zero", pipe, os.path.join(self.folder, "none")):
                status, out, err = linchpin(*command, path)
                self.assertEqual((status, out), (2, ""), (command, path, err))
                self.assertTrue(err.startswith(f"linchpin: {path}: "), err)
        large = os.path.join(self.folder, "large")
        with open(large, "wb") as file:
            file.truncate(300 << 20)
        self.assertIn("larger than 256 MiB", linchpin("map", self.hub, "xero.contacts", "--file", large)[2])
        for command in (["map", self.hub, "xero.contacts"], ["transform", "text.exact"]):
            with open("/dev/zero") as endless:
                done = subprocess.run([hub.PROGRAM, *command], stdin=endless, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("a line is longer than 16 MiB", done.stderr)

    def test_variables_that_are_not_set_are_told_in_one_go(self):
        names = ("HUBSPOT_TOKEN", "HUBSPOT_CLIENT_SECRET", "XERO_CLIENT", "XERO_REFRESH_TOKEN", "XERO_WEBHOOK_KEY",
                 "XERO_TENANT_ID", "IDCHECK_TOKEN", "IDCHECK_WEBHOOK_SECRET")
        status, _, err = linchpin("run", self.hub, home=self.home)
        self.assertEqual(status, 2, err)
        for name in names:
            self.assertIn(name, err)
        secret = "one-line\nanother: line"
        status, _, err = linchpin("run", self.hub, home=self.home, variables=dict.fromkeys(names, "x:y") | {"HUBSPOT_TOKEN": secret})
        self.assertEqual(status, 2, err)
        self.assertIn("HUBSPOT_TOKEN holds a line end", err)
        self.assertNotIn("one-line", err)

    def test_a_home_that_is_not_known_is_said(self):
        status, _, err = linchpin("init", os.path.join(self.folder, "other"), home="")
        self.assertEqual(status, 2)
        self.assertIn("HOME is not set", err)

    def test_a_byte_of_another_encoding_is_told_with_its_place(self):
        with open(os.path.join(self.hub, "hub.yaml"), "ab") as file:
            file.write("# Zürich\n".encode("latin-1"))
        status, out, _ = linchpin("check", self.hub)
        self.assertEqual(status, 2)
        self.assertRegex(out, r"^hub\.yaml:\d+:4: a byte stands here that is not UTF-8\.")

    def test_a_word_that_is_no_command_is_named_with_the_nearest(self):
        for word, said in (("chek", "there is no command chek. Did you mean `linchpin check`?"),
                           ("bogus", "there is no command bogus. `linchpin --help` lists the commands."),
                           ("--bogus", "there is no option --bogus. `linchpin --help` lists the commands."),
                           ("--versoin", "there is no option --versoin. Did you mean `linchpin --version`?"),
                           ("--check", "there is no option --check. Did you mean `linchpin check`?")):
            status, _, err = linchpin(word)
            self.assertEqual((status, err), (2, f"linchpin: {said}\n"))

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
        status, out, _ = linchpin("map", self.hub, "xero.contacts", "--out", stdin='{"phone": "0491570110"}\n')
        self.assertEqual(status, 1)
        self.assertIn("begins with + and the country code", json.loads(out)["errors"][0]["message"])

    def test_a_where_that_fails_is_said(self):
        path = os.path.join(self.hub, "mappings/xero.contacts.yaml")
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(re.sub(r"(?m)^where: .*$", """where: '.FirstName | startswith("J")'""", text))
        status, out, err = linchpin("map", self.hub, "xero.contacts", stdin='{"Name": "Pty Ltd"}\n{"FirstName": "Mia"}\n')
        fails, other = (json.loads(l) for l in out.splitlines())
        self.assertEqual((status, fails["applies"], other), (1, False, {"applies": False}), err)
        self.assertIn("where: ", fails["errors"][0]["message"])
        self.assertIn("mappings/xero.contacts.yaml:", fails["errors"][0]["place"])
        status, out, err = linchpin("check", self.hub)
        self.assertEqual(status, 0, err)
        self.assertIn("where: fails of a record", out + err)

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
