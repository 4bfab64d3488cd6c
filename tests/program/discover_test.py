#!/usr/bin/env python3
"""What a vendor's model is now, beside the hub's: read from live systems, with what changed since, and what a mapping says
that is so no more."""
import glob
import json
import os
import re
import shutil
import time
import unittest

from hub import World, call


class Discover(unittest.TestCase):
    def setUp(self):
        self.world = World(clients=20)
        self.addCleanup(self.world.close)

    def discover(self, *options, status=0):
        done, out, err = self.world.linchpin("discover", self.world.hub, *options, "--json")
        self.assertEqual(done, status, err + out)
        return json.loads(out)

    def one(self, system, status=0):
        said = self.discover(system, status=status)
        self.assertEqual(len(said["systems"]), 1, said)
        return said["systems"][0]

    def fields(self, said):
        return {f["path"]: f for o in said["model"]["objects"] for f in o["fields"]}

    def hubspot(self, method, path, body=None):
        token = self.world.credentials("hubspot")["token"]
        answer = call(method, f"{self.world.url('hubspot')}/crm/properties/2026-09/contacts{path}", body,
                      {"Authorization": "Bearer " + token})
        self.assertIn(answer.status, (200, 201, 204), answer.body)

    def tier(self, *values, method="POST", path=""):
        self.hubspot(method, path, {"name": "tier", "label": "Tier", "type": "enumeration", "fieldType": "select",
                                    "groupName": "contactinformation",
                                    "options": [{"label": v.title(), "value": v} for v in values]})

    def write(self, name, edit):
        path = os.path.join(self.world.hub, name)
        with open(path) as file:
            text = file.read()
        edited = edit(text)
        self.assertNotEqual(edited, text)
        with open(path, "w") as file:
            file.write(edited)

    def test_every_system_is_read_beside_the_hub(self):
        said = self.discover()
        self.assertEqual([s["model"]["system"] for s in said["systems"]], ["hubspot", "idcheck", "xero"])
        self.assertEqual(said["failed"], [])
        hubspot, idcheck, xero = said["systems"]
        self.assertEqual(hubspot["model"]["api_version"]["crm"], "2026-09")
        self.assertEqual(self.fields(hubspot)["properties.lifecyclestage"]["kind"], "choice")
        self.assertIn("customer", self.fields(hubspot)["properties.lifecyclestage"]["values"])
        self.assertTrue(self.fields(hubspot)["properties.hs_object_id"]["read_only"])
        mapped = {m["path"]: m["mapped"] for m in hubspot["mapped"]}
        self.assertEqual(mapped["properties.email"][0]["field"], "contact.email")
        self.assertEqual(mapped["properties.identity_verification"][0]["direction"], "out")
        self.assertIn("contacts properties.jobtitle", hubspot["unmapped"])
        self.assertIn("contact.account_number", hubspot["elsewhere"])
        uncovered = next(f for f in hubspot["findings"] if f["kind"] == "uncovered")
        self.assertIn("subscriber", uncovered["values"])
        self.assertFalse(uncovered["mistake"])
        self.assertGreater(xero["model"]["objects"][0]["records"], 0)
        self.assertEqual([f for f in xero["findings"] + idcheck["findings"] if f["mistake"]], [])
        self.assertIn("person.date_of_birth", {m["path"] for m in idcheck["mapped"]})

    def test_the_example_of_companies_and_people_is_as_the_systems_say(self):
        example = os.path.join(os.path.dirname(__file__), "../../examples/companies-and-people")
        for part in ("entities", "flows", "mappings", "systems"):
            shutil.rmtree(os.path.join(self.world.hub, part))
            shutil.copytree(os.path.join(example, part), os.path.join(self.world.hub, part))
        shutil.copy(os.path.join(example, "hub.yaml"), self.world.hub)
        self.write("environments/staging.yaml", lambda t: t[:t.index("  idcheck:")])
        said = self.discover()
        self.assertEqual([f["message"] for s in said["systems"] for f in s["findings"] if f["mistake"]], [])
        self.assertEqual([f for s in said["systems"] for f in s["findings"] if "DELETED" in f["values"]], [])

    def test_the_register_says_when_each_api_version_was_last_read_live(self):
        self.world.start()
        self.world.wait_quiet()
        listed = lambda *more: self.world.linchpin("apply", self.world.hub, "--list", *more)
        status, out, err = listed()
        self.assertEqual((status, "hubspot crm 2026-09, not read live yet" in out), (0, True), out + err)
        self.one("hubspot")
        status, out, err = listed("--json")
        self.assertEqual(status, 0, err)
        latest = json.loads(out.splitlines()[0])
        latest = latest[0] if isinstance(latest, list) else latest
        self.assertEqual(latest["api_versions"]["hubspot"]["crm"], "2026-09")
        self.assertEqual(latest["validated"]["xero"], {})
        self.assertRegex(latest["validated"]["hubspot"]["crm"], r"^20\d\d-\d\d-\d\dT")
        self.assertIn("hubspot crm 2026-09, last read live 20", listed()[1])

    def test_no_value_of_a_record_is_kept_or_told(self):
        status, out, err = self.world.linchpin("discover", self.world.hub, "--json")
        self.assertEqual(status, 0, err)
        kept = glob.glob(os.path.join(self.world.hub, "data/models/staging/*.json"))
        self.assertEqual(len(kept), 3)
        for path in kept:
            self.assertEqual(os.stat(path).st_mode & 0o077, 0)
            with open(path) as file:
                out += file.read()
        for record in self.world.hubspot().values():
            for name in ("email", "lastname", "phone"):
                value = record["properties"].get(name) or ""
                if len(value) > 5:
                    self.assertNotIn(f'"{value}"', out)
        for record in self.world.xero().values():
            self.assertNotIn(record["ContactID"], out)
            self.assertNotIn(f'"{record["Name"]}"', out)

    def test_what_drifted_is_told_once_and_kept_for_the_pages(self):
        first = self.one("hubspot")
        self.assertIsNone(first["since"])
        self.assertEqual(first["drift"], [])
        self.tier("gold", "tin")
        said = self.one("hubspot")
        self.assertEqual(said["since"], first["model"]["read_at"])
        self.assertEqual([(d["what"], d["path"]) for d in said["drift"]], [("added", "properties.tier")])
        self.assertEqual(self.one("hubspot")["drift"], [])
        self.tier("gold", "platinum", method="PATCH", path="/tier")
        said = self.one("hubspot")
        self.assertEqual([(d["what"], d["before"], d["after"]) for d in said["drift"]], [("values", "tin", "platinum")])
        self.hubspot("DELETE", "/tier")
        self.assertEqual([(d["what"], d["path"]) for d in self.one("hubspot")["drift"]], [("removed", "properties.tier")])

        site = os.path.join(self.world.folder, "site")
        self.assertEqual(self.world.linchpin("docs", self.world.hub, "--out", site)[0], 0)
        with open(os.path.join(site, "system-hubspot.html"), encoding="utf-8") as file:
            page = file.read()
        self.assertIn("Fields of hubspot", page)
        self.assertIn("contacts properties.tier", page)
        self.assertIn("platinum", page)
        with open(os.path.join(site, "registry.json")) as file:
            models = {m["model"]["system"]: m for m in json.load(file)["models"]}
        self.assertEqual([d["changes"][0]["what"] for d in models["hubspot"]["drifts"]], ["removed", "values", "added"])

    def test_a_mapping_of_a_property_that_is_gone_is_an_error_with_its_place(self):
        self.tier("gold", "tin")
        self.write("entities/contact.yaml", lambda t: t.replace(
            "together:", "  tier: { type: enum, values: [gold, tin, lead], class: internal, owner: hubspot }\ntogether:", 1))
        self.write("mappings/hubspot.contacts.yaml", lambda t: t + "  tier: { at: properties.tier, direction: in, why: theirs }\n")
        said = self.one("hubspot")
        self.assertEqual([f for f in said["findings"] if f["field"] == "tier"], [])
        self.tier("gold", "tin", "bronze", method="PATCH", path="/tier")
        found = [f for f in self.one("hubspot")["findings"] if f["field"] == "tier"]
        self.assertEqual([(f["kind"], f["values"]) for f in found], [("uncovered", ["bronze"])])
        self.hubspot("DELETE", "/tier")
        found = [f for f in self.one("hubspot", status=1)["findings"] if f["mistake"]]
        self.assertEqual([(f["kind"], f["field"], f["path"]) for f in found], [("gone", "tier", "properties.tier")])
        self.assertEqual(found[0]["file"], "mappings/hubspot.contacts.yaml")
        self.assertGreater(found[0]["line"], 1)
        status, out, _ = self.world.linchpin("discover", self.world.hub, "hubspot")
        self.assertEqual(status, 1)
        self.assertRegex(out, r"mappings/hubspot\.contacts\.yaml:\d+:\d+: tier is mapped to properties\.tier")

    def test_a_value_that_the_system_does_not_know_is_not_written(self):
        self.tier("gold", "tin")
        self.write("entities/contact.yaml", lambda t: t.replace(
            "together:", "  tier: { type: enum, values: [gold, silver], class: internal, owner: hubspot }\ntogether:", 1))
        self.write("mappings/hubspot.contacts.yaml", lambda t: t + "  tier: properties.tier\n")
        found = [f for f in self.one("hubspot", status=1)["findings"] if f["field"] == "tier"]
        self.assertEqual([(f["kind"], f["values"]) for f in found], [("uncovered", ["tin"]), ("value_gone", ["silver"])])

    def test_a_hub_that_runs_is_asked_and_keeps_its_tokens(self):
        self.world.start()
        self.world.wait_quiet()
        said = self.discover()
        self.assertEqual(said["failed"], [])
        self.assertEqual(len(said["systems"]), 3)
        self.discover("xero")
        person = next(iter(self.world.xero().values()))
        self.world.edit("xero", person["ContactID"], {"AccountNumber": "A-77"})
        self.world.wait_quiet()
        self.assertEqual(self.world.stop(), 0)
        self.one("xero")

    def test_a_system_that_does_not_answer_is_named_and_the_others_are_told(self):
        self.write("environments/staging.yaml", lambda t: t.replace(self.world.url("hubspot"), "http://127.0.0.1:9"))
        began = time.monotonic()
        status, out, err = self.world.linchpin("discover", self.world.hub, "--json")
        self.assertEqual(status, 3, err)
        self.assertLess(time.monotonic() - began, 30)
        said = json.loads(out)
        self.assertEqual([f["system"] for f in said["failed"]], ["hubspot"])
        self.assertEqual(said["failed"][0]["code"], "system_unreachable")
        self.assertEqual(len(said["systems"]), 2)
        self.assertRegex(err, r"linchpin: hubspot: the data model of \w+ could not be read: no connection")

    def test_a_busy_system_is_asked_again(self):
        self.world.control("hubspot", "faults", {"error_500": 0.5})
        for _ in range(8):
            status, _, err = self.world.linchpin("discover", self.world.hub, "hubspot", "--json")
            self.assertIn(status, (0, 3), err)
            if status == 0:
                break
        self.assertEqual(status, 0)

    def test_a_refused_token_and_a_slip_of_the_keyboard_are_said_as_what_they_are(self):
        status, _, err = self.world.linchpin("discover", self.world.hub, "hubspott")
        self.assertEqual(status, 2)
        self.assertIn("Did you mean 'hubspot'?", err)
        with open(os.path.join(self.world.secrets, "hubspot.token"), "w") as file:
            file.write("wrong\n")
        status, _, err = self.world.linchpin("discover", self.world.hub, "hubspot")
        self.assertEqual(status, 3)
        self.assertTrue(re.search("hubspot: .*credential", err), err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
