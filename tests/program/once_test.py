#!/usr/bin/env python3
"""run --once over a client book of 500: every system agrees, nobody is created twice, and what cannot be decided waits."""
import collections
import json
import os
import re
import unittest

import hub
from hub import World, call, folded, hubspot_person, is_person, xero_person


def key_of(person):
    return person["email"], folded(person["given"]), folded(person["family"])


class Once(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(clients=500)
        cls.before = cls.world.hubspot(), cls.world.xero()
        status, out, err = cls.world.linchpin("run", cls.world.hub, "--once", "--json", timeout=900)
        assert status == 0, f"exit {status}\n{out}\n{err[-2000:]}"
        cls.rows = json.loads(out)["rows"]
        cls.after = cls.world.hubspot(), cls.world.xero()
        # Who is linked with whom is the hub's to say; what the records hold is read from the sandboxes.
        cls.world.start()
        cls.people = cls.world.people(cls.world.app_token("once-test"))
        cls.reviews = cls.world.reviews()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def row(self, system):
        return next(r for r in self.rows if r["system"] == system and r["entity"] == "contact")

    def test_the_table_says_that_every_system_agrees(self):
        for row in self.rows:
            self.assertEqual(row["discrepant_fields"], 0, row)
        for system in ("hubspot", "xero"):
            self.assertEqual(self.row(system)["dead"], 0, self.row(system))
            self.assertGreater(self.row(system)["linked"], 300)

    def test_the_guide_names_people_who_are_there(self):
        guide = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "guide")
        emails = {hubspot_person(r)["email"] for r in self.before[0].values()}
        there = {record for side in self.before for record in side}
        named = 0
        for page in ("getting-started.md", "apps.md", "reviews-and-dead-letters.md", "audit.md"):
            with open(os.path.join(guide, page), encoding="utf-8") as file:
                text = file.read()
            for record in re.findall(r"\b(5\d{10})\b", text) + re.findall(r"xero:([0-9a-f-]{36})", text):
                self.assertIn(record, there, page)
                named += 1
            for name in re.findall(r"`([a-z]+\.[a-z]+)`", text) + re.findall(r'"([a-z]+\.[a-z]+)@', text):
                if name.rsplit(".", 1)[1] not in ("yaml", "md", "cpp", "db", "sock", "json"):
                    self.assertTrue(any(email.startswith(name + "@") for email in emails), f"{page}: {name}")
                    named += 1
        self.assertGreater(named, 10)

    def test_the_records_of_both_systems_agree(self):
        found, pairs = hub.differences(self.people, *self.after)
        self.assertGreater(pairs, 300)
        self.assertFalse(found, self.world.why(found))

    def test_what_the_table_calls_created_is_what_is_new(self):
        for system, before, after in zip(("hubspot", "xero"), self.before, self.after):
            self.assertEqual(self.row(system)["created"], len(after) - len(before), system)
            self.assertEqual(set(before) - set(after), set(), system)

    def test_nobody_is_created_twice(self):
        for number, (shape, mine) in enumerate(((hubspot_person, lambda r: True), (xero_person, is_person))):
            before = collections.Counter(key_of(shape(r)) for r in self.before[number].values() if mine(r))
            after = collections.Counter(key_of(shape(r)) for r in self.after[number].values() if mine(r))
            doubled = [k for k, n in after.items() if n > max(1, before[k])]
            self.assertEqual(len(doubled), 0)
            ids = collections.Counter(shape(r)["hub_id"] for r in self.after[number].values() if shape(r)["hub_id"])
            self.assertEqual([i for i, n in ids.items() if n > 1], [])

    def test_nobody_who_was_in_both_is_created_again(self):
        in_hubspot = {key_of(hubspot_person(r)) for r in self.before[0].values()}
        in_xero = {key_of(xero_person(r)) for r in self.before[1].values() if is_person(r)}
        for number, (shape, there) in enumerate(((hubspot_person, in_hubspot), (xero_person, in_xero))):
            for record, held in self.after[number].items():
                if record not in self.before[number]:
                    self.assertFalse(key_of(shape(held)) in there, "a record was created beside one that was there")

    def test_clients_of_hubspot_get_to_xero_and_leads_do_not(self):
        linked = {l["record"] for p in self.people for l in p["links"] if l["system"] == "hubspot"
                  and any(m["system"] == "xero" for m in p["links"])}
        waiting = {r["record"] for r in self.reviews} | {r["golden"] for r in self.reviews}
        for record, held in self.after[0].items():
            person = next((p for p in self.people if any(l["record"] == record for l in p["links"])), None)
            if record in waiting or (person and person["id"] in waiting):
                continue
            self.assertIsNotNone(person, record)
            stage = hubspot_person(held)["stage"]
            if stage == "customer":
                self.assertIn(record, linked)
            if stage == "lead" and record in self.before[0]:
                self.assertFalse(any(l["system"] == "xero" and l["record"] not in self.before[1]
                                     for l in person["links"]), "a lead was created in Xero")

    def test_organisations_stay_where_they_are(self):
        organisations = {i for i, r in self.before[1].items() if not is_person(r)}
        self.assertGreater(len(organisations), 0)
        linked = {l["record"] for p in self.people for l in p["links"] if l["system"] == "xero"}
        self.assertEqual(organisations & linked, set())
        for i in organisations:
            self.assertEqual(self.before[1][i]["Name"], self.after[1][i]["Name"])

    def test_those_who_share_a_mailbox_are_two_people(self):
        """Spouses: two names, one e-mail in Xero. No golden record has both, and neither took the other's name."""
        by_email = collections.defaultdict(list)
        for i, record in self.before[1].items():
            if is_person(record):
                by_email[xero_person(record)["email"]].append(i)
        shared = [ids for ids in by_email.values() if len(ids) > 1]
        self.assertGreater(len(shared), 0, "the client book has nobody who shares a mailbox")
        for ids in shared:
            golden = [next((p["id"] for p in self.people if any(l["record"] == i for l in p["links"])), None) for i in ids]
            named = [g for g in golden if g]
            self.assertEqual(len(named), len(set(named)), "two people became one")
            for i in ids:
                self.assertEqual(folded(xero_person(self.before[1][i])["given"]),
                                 folded(xero_person(self.after[1][i])["given"]))

    def test_what_the_owner_says_is_kept_as_the_owners(self):
        for person in self.people:
            links = {l["system"]: l["record"] for l in person["links"]}
            if "hubspot" in links and links["hubspot"] in self.before[0]:
                for field in ("given_name", "family_name", "email"):
                    self.assertEqual(person["fields"][field]["source"], "hubspot")

    def test_one_person_of_a_system_is_one_golden_record(self):
        for person in self.people:
            for system in ("hubspot", "xero"):
                self.assertLessEqual(sum(l["system"] == system for l in person["links"]), 1)

    def test_what_cannot_be_decided_waits_and_nothing_is_created_for_it(self):
        waiting = [r for r in self.reviews if r["kind"] == "match"]
        self.assertGreater(len(waiting), 0, "the client book has pairs that exact rules cannot decide")
        created_from = {link["record"]: p for p in self.people for link in p["links"]}
        for review in waiting:
            system, record = review["system"], review["record"]
            side = self.before[0] if system == "hubspot" else self.before[1]
            self.assertIn(record, side)
            person = created_from.get(record)
            if person:
                new = [l for l in person["links"] if l["record"] not in self.before[0] and l["record"] not in self.before[1]
                       and l["system"] in ("hubspot", "xero")]
                self.assertEqual(new, [], "something was created for a record that waits for a person")

    def test_nothing_was_said_of_what_was_not_changed(self):
        """A second run finds nothing to do."""
        self.world.wait_quiet()
        table = self.world.ask("table")["rows"]
        for row in table:
            self.assertEqual((row["created"], row["updated"]), (0, 0), row)

    def test_the_audit_log_verifies_while_the_hub_runs(self):
        status, out, err = self.world.linchpin("audit", self.world.hub, "verify", "--json")
        self.assertEqual(status, 0, err)
        self.assertGreater(json.loads(out)["entries"], 500)


if __name__ == "__main__":
    unittest.main()
