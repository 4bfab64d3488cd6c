#!/usr/bin/env python3
"""Two people with one mailbox whom a person's answer made one golden record are taken apart: every system is given back
what it had, and they stay apart. And two golden records of one person are made one."""
import contextlib
import json
import os
import sqlite3
import unittest

from hub import World, call, eventually


class Split(unittest.TestCase):
    def setUp(self):
        self.world = World(clients=30)
        self.addCleanup(self.world.close)
        # Without a phone in the CRM: what the wrong merge fills in there is to be blank again.
        self.son = self.world.enter_in_hubspot("John", "Carterly", "carterly@x.example", "")
        self.mother = self.world.enter_in_xero("J", "Carterly", "carterly@x.example", "412704937")
        self.ann = self.world.enter_in_hubspot("Ann", "Zanberg", "ann@x.example", "0429 744 982")
        self.marie = self.world.enter_in_hubspot("Marie", "Zanberg", "marie@y.example", "0412 555 099")
        self.world.start()
        self.world.wait_quiet()

    def held(self):
        """What the two records hold."""
        son, mother = self.world.hubspot()[self.son]["properties"], self.world.xero()[self.mother]
        return ({name: son.get(name) or "" for name in ("firstname", "lastname", "email", "phone")},
                {name: mother.get(name) for name in ("Name", "FirstName", "LastName", "EmailAddress")},
                [p["PhoneNumber"] for p in mother["Phones"] if p["PhoneType"] == "MOBILE"])

    def review(self, *words, status=0):
        got, out, err = self.world.linchpin("review", self.world.hub, *words)
        self.assertEqual(got, status, out + err)
        return out if status == 0 else err

    def explain(self, record):
        status, out, err = self.world.linchpin("explain", self.world.hub, "contact", record, "given_name", "--json")
        self.assertEqual(status, 0, err)
        return json.loads(out)

    def apart(self):
        return self.explain("hubspot:" + self.son)["id"] != self.explain("xero:" + self.mother)["id"]

    def linked(self, record):
        return self.world.linchpin("explain", self.world.hub, "contact", record, "given_name")[0] == 0

    def test_a_wrong_answer_is_taken_back_for_good(self):
        world = self.world
        before = self.held()
        asked = next(r for r in world.reviews() if r["record"] in (self.son, self.mother))
        self.review("accept", asked["id"], "--by", "mia")
        eventually("both are linked", 60, lambda: self.linked("hubspot:" + self.son) and self.linked("xero:" + self.mother))
        world.wait_quiet()
        self.assertFalse(self.apart())
        self.assertEqual(self.held()[1]["FirstName"], "John")
        self.assertNotEqual(self.held()[0]["phone"], "")
        whole = self.explain("hubspot:" + self.son)["id"]

        self.assertIn("--why", self.review("split", "contact", whole, "xero:" + self.mother, status=2))
        self.assertIn("no record", self.review("split", "contact", whole, "xero:none", "--why", "x", status=2))
        self.assertIn("which records", self.review("split", "contact", whole, status=2))
        done = json.loads(self.review("split", "contact", whole, "xero:" + self.mother, "--why", "mother and son", "--by",
                                      "kim", "--json"))
        self.assertEqual((done["id"], done["records"]), (whole, ["xero:" + self.mother]))
        world.wait_quiet()
        self.assertEqual(self.held(), before)
        self.assertEqual(self.explain("hubspot:" + self.son)["id"], whole)
        mother = self.explain("xero:" + self.mother)
        self.assertEqual((mother["id"], mother["value"]), (done["new"], "J"))
        step = next(s for s in mother["chain"] if s["what"] == "split from")
        self.assertEqual((step["golden"], step["by"], step["why"]), (whole, "kim", "mother and son"))
        self.assertIn("mother and son", world.linchpin("explain", world.hub, "contact", whole, "given_name")[1])
        self.assertEqual(len([x for x in world.xero().values() if x.get("LastName") == "Carterly"]), 2)

        self.assertEqual(world.linchpin("sync", world.hub, "clients", "--since", "2020-01-01T00:00:00Z")[0], 0)
        world.wait_quiet()
        self.assertTrue(self.apart(), "after everything was listed again")
        entity = os.path.join(world.hub, "entities/contact.yaml")
        with open(entity) as file:
            text = file.read()
        with open(entity, "w") as file:
            file.write(text.replace("two_of: [email, phone, date_of_birth]", "two_of: [email, phone]"))
        plan = json.loads(world.linchpin("plan", world.hub, "--json")[1])
        status, out, err = world.linchpin("apply", world.hub, "--plan", plan["hash"], "--by", "mia", "--why", "other keys")
        self.assertEqual(status, 0, out + err)
        world.stop()
        world.start()
        world.wait_quiet()
        rows = json.loads(world.linchpin("reconcile", world.hub, "--json")[1])["rows"]
        self.assertEqual(sum(row["discrepant_fields"] for row in rows),
                         sum(r["kind"] == "unique_taken" for r in world.reviews()), "but for the mailbox that they share")
        world.wait_quiet()
        self.assertTrue(self.apart(), "after other keys, a restart and a comparison with all that systems hold")
        self.assertEqual(self.held(), before)
        self.assertEqual([r for r in world.reviews() if r["record"] in (self.son, self.mother)], [])
        self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)
        self.assertEqual(self.attested("split"), [{"by": "kim", "outcome": mother["id"]}, {"by": "kim", "outcome": whole}])

    def attested(self, kind):
        """What the audit log says of that kind; of SQLite, where anyone can look."""
        world = self.world
        world.stop()
        with contextlib.closing(sqlite3.connect(os.path.join(world.hub, "data", "state.db"))) as state:
            entries = [json.loads(row[0]) for row in state.execute("SELECT entry FROM leaf ORDER BY number")]
        self.assertNotIn("Carterly", json.dumps(entries))
        return [{name: e[name] for name in ("by", "outcome")} for e in entries if e["kind"] == kind]

    def test_two_golden_records_become_one_and_two_again(self):
        world = self.world
        ann, marie = "hubspot:" + self.ann, "hubspot:" + self.marie
        first, second = self.explain(ann)["id"], self.explain(marie)["id"]
        self.assertIn("one golden record", self.review("merge", "contact", ann, first, "--why", "x", status=2))
        self.assertIn("which two", self.review("merge", "contact", ann, "--why", "x", status=2))
        done = json.loads(self.review("merge", "contact", ann, marie, "--why", "she married", "--by", "kim", "--json"))
        self.assertEqual({done["id"], done["merged"]}, {first, second})
        self.assertEqual(len(done["twice"]), 4, "two records in each system")
        world.wait_quiet()
        token = world.app_token("judge")
        answer = call("GET", f"{world.base}/process/contact/{done['merged']}",
                      headers={"Authorization": "Bearer " + token})
        self.assertEqual((answer.status, answer.json["id"]), (200, done["id"]), "the old id names it")
        # In the CRM no two have one e-mail: what would be given to the second is a dead letter there.
        self.assertEqual(len({x["FirstName"] for x in world.xero().values() if x.get("LastName") == "Zanberg"}), 1)
        self.assertIn("she married", world.linchpin("explain", world.hub, "contact", done["merged"], "given_name")[1])

        crm = self.marie if done["merged"] == second else self.ann
        self.assertNotIn(done["merged"], [p["id"] for p in world.people(token)], "it is listed once")
        merged = next(s for s in self.explain(ann)["chain"] if s["what"] == "merged with")
        undone = self.review("split", "contact", done["id"], *merged["records"], "--why", "two sisters")
        self.assertIn(done["merged"], undone, "it has its id back")
        world.wait_quiet()
        self.assertEqual((self.explain(ann)["id"], self.explain(marie)["id"]), (first, second))
        self.assertIn("hubspot:" + crm, merged["records"])
        people = world.hubspot()
        self.assertEqual((people[self.ann]["properties"]["firstname"], people[self.marie]["properties"]["firstname"]),
                         ("Ann", "Marie"))
        self.assertEqual(people[self.marie]["properties"]["email"], "marie@y.example")
        self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)


if __name__ == "__main__":
    unittest.main()
