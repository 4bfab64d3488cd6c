#!/usr/bin/env python3
"""What was written is taken back, where systems still hold it: by command, with the real program, sandboxes and stores."""
import json
import os
import time
import unittest

from hub import World, eventually, hubspot_person, xero_person


class Revert(unittest.TestCase):
    def begin(self, store):
        self.world = World(clients=40, store=store)
        self.addCleanup(self.world.close)
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        people = self.world.people(self.world.app_token("judge"))
        pairs = [{l["system"]: l["record"] for l in p["links"]} for p in people
                 if {"hubspot", "xero"} <= {l["system"] for l in p["links"]}]
        self.first, self.second = pairs[:2]
        self.name = self.name_of("hubspot", self.first)

    def name_of(self, system, pair):
        if system == "hubspot":
            return self.world.hubspot()[pair["hubspot"]]["properties"]["firstname"]
        return self.world.xero()[pair["xero"]]["FirstName"]

    def both(self, pair, name):
        eventually(f"both say {name}", 60,
                   lambda: {self.name_of("hubspot", pair), self.name_of("xero", pair)} == {name})

    def rename(self, pair, name):
        self.world.edit("hubspot", pair["hubspot"], {"firstname": name})
        self.both(pair, name)
        self.world.wait_quiet()

    def change(self, pair):
        _, out, err = self.world.linchpin("explain", self.world.hub, "contact", "hubspot:" + pair["hubspot"], "given_name",
                                          "--json")
        return json.loads(out)["chain"][0]["change"]

    def revert(self, *arguments, expect=0):
        status, out, err = self.world.linchpin("revert", self.world.hub, *arguments, "--json")
        self.assertEqual(status, expect, err + out)
        return json.loads(out) if out else err

    def done(self, *what):
        plan = self.revert(*what)
        answer = self.revert(*what, "--plan", plan["hash"], "--by", "kim", "--why", "a slip")
        self.assertTrue(answer["reverted"], answer)
        return answer

    def story(self, store):
        self.begin(store)
        self.rename(self.first, "Averylong")
        change = self.change(self.first)

        plan = self.revert("--change", change)
        self.assertEqual((plan["fields"], plan["records"]), (1, 1), plan)
        self.assertEqual({w["system"] for w in plan["writes"]}, {"hubspot", "xero"})
        self.assertNotIn("Averylong", json.dumps(plan), "personal values are shown only when asked for")
        self.assertIn("Averylong", json.dumps(self.revert("--change", change, "--personal")))
        status, text, _ = self.world.linchpin("revert", self.world.hub, "--change", change)
        self.assertEqual(status, 0)
        self.assertIn(f"--plan {plan['hash']} --by WHO --why TEXT", text)

        answer = self.done("--change", change)
        self.both(self.first, self.name)
        _, out, _ = self.world.linchpin("explain", self.world.hub, "contact", "xero:" + self.first["xero"], "given_name",
                                        "--json")
        step = next(s for s in json.loads(out)["chain"] if s["what"] == "taken back")
        self.assertEqual((step["by"], step["why"], step["change"]), ("kim", "a slip", answer["id"]))

        # And that too.
        self.world.wait_quiet()
        self.done("--change", answer["id"])
        self.both(self.first, "Averylong")
        _, out, _ = self.world.linchpin("revert", self.world.hub, "--list")
        self.assertIn("revert.2", out)
        self.assertIn("a slip", out)
        self.assertEqual(self.world.linchpin("audit", self.world.hub, "verify")[0], 0)

    def test_a_change_is_taken_back_and_that_too(self):
        self.story("sqlite")

    def test_the_same_in_postgresql(self):
        self.story("postgres")

    def test_all_since_a_time_but_what_somebody_changed_since_where_no_hub_runs_for_the_next_start(self):
        self.begin("sqlite")
        time.sleep(1.1)
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        other = self.name_of("hubspot", self.second)
        self.rename(self.first, "Averylong")
        self.rename(self.second, "Blakelong")
        stale = self.revert("--since", since)["hash"]
        self.rename(self.second, "Caseylong")
        answer = self.revert("--since", since, "--plan", stale, "--by", "kim", "--why", "x", expect=1)
        self.assertEqual((answer["reverted"], answer["moved"]), (False, ["the data"]))
        self.assertEqual(self.world.stop(), 0)
        self.assertEqual(self.done("--since", since)["fields"], 2)
        self.world.start()
        self.both(self.first, self.name)
        self.both(self.second, other)

        change = self.change(self.first)
        self.world.wait_quiet()
        self.rename(self.first, "Drewlong")
        plan = self.revert("--change", "revert.1")
        mine = [s for s in plan["stays"] if s["field"] == "given_name"]
        self.assertEqual(len(mine), 1, plan)
        self.assertIn("changed since, by hubspot:" + self.first["hubspot"], mine[0]["why"])

    def apply(self, name, text):
        with open(os.path.join(self.world.hub, name), "w") as file:
            file.write(text)
        status, out, err = self.world.linchpin("plan", self.world.hub, "--json")
        self.assertEqual(status, 0, err)
        status, out, err = self.world.linchpin("apply", self.world.hub, "--plan", json.loads(out)["hash"], "--by", "kim",
                                               "--why", "x")
        self.assertEqual(status, 0, err)
        self.world.wait_quiet()

    def held(self):
        """By system and record, what the hub's files send there: by its field."""
        all = {}
        for record, contact in self.world.hubspot().items():
            of = contact["properties"]
            all["hubspot", record] = dict(hubspot_person(contact), verification=of.get("identity_verification") or "",
                                          verified_at=of.get("identity_verified_at") or "",
                                          marketing_consent=of.get("marketing_consent") or "")
        for record, contact in self.world.xero().items():
            all["xero", record] = dict(xero_person(contact), full_name=contact["Name"])
        names = {"given": "given_name", "family": "family_name", "stage": "lifecycle_stage", "status": "lifecycle_stage"}
        return {at: {names.get(field, field): value for field, value in of.items() if field != "hub_id"}
                for at, of in all.items()}

    def test_what_a_version_wrote_is_taken_back_by_the_earlier_files_first(self):
        self.begin("sqlite")
        with open(os.path.join(self.world.hub, "entities/contact.yaml")) as file:
            before = file.read()
        rule = next(line for line in before.splitlines() if line.strip().startswith("phone:"))
        self.apply("entities/contact.yaml",
                   before.replace(rule, rule.replace("survivorship: recency", "survivorship: [xero, hubspot]")))
        status, _, err = self.world.linchpin("revert", self.world.hub, "--apply", "2")
        self.assertEqual((status, "earlier files first" in err), (2, True), err)

    def test_what_going_live_wrote_is_given_back_once_the_flow_only_links_again(self):
        self.world = World(clients=40)
        self.addCleanup(self.world.close)
        self.world.without_checks()
        with open(os.path.join(self.world.hub, "flows/clients.yaml")) as file:
            live = file.read()
        with open(os.path.join(self.world.hub, "flows/clients.yaml"), "w") as file:
            file.write(live + "mode: link\n")
        turned = next((r, c) for r, c in self.world.xero().items() if c.get("FirstName") and c.get("LastName"))
        self.world.edit("xero", turned[0], {"Name": turned[1]["LastName"] + ", " + turned[1]["FirstName"]})
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        before = self.held()
        self.apply("flows/clients.yaml", live)
        now = self.held()
        wrote = {(*at, field) for at, of in before.items() for field, value in of.items() if now[at][field] != value}
        self.assertIn(("xero", turned[0], "full_name"), wrote)
        self.apply("flows/clients.yaml", live + "mode: link\n")

        plan = self.revert("--apply", "2")
        self.assertGreaterEqual(plan["given_back"], len(wrote))
        self.assertEqual(plan["fields"], plan["given_back"], "the golden records are as they were")
        status, text, err = self.world.linchpin("revert", self.world.hub, "--apply", "2")
        self.assertEqual(status, 0, err)
        self.assertIn(f"{plan['fields']} fields of {plan['records']} golden records would be as before.", text)
        self.assertIn("--plan " + plan["hash"], text)
        self.assertEqual({s["why"] for s in plan["stays"]}, {"the hub created it: it is not put away"}, plan["stays"])
        status, text, err = self.world.linchpin("revert", self.world.hub, "--apply", "2", "--plan", plan["hash"], "--by", "kim",
                                                "--why", "a slip")
        self.assertEqual((status, "things stay as they are" in text), (0, True), text + err)
        self.world.wait_quiet()
        after = self.held()
        self.assertEqual({at: after[at] for at in before}, before)
        self.assertEqual({at for at in after if at not in before}, {(s["system"], s["record"]) for s in plan["stays"]})

    def test_the_plan_says_where_hubspot_ignores_the_way_back(self):
        self.begin("sqlite")
        said = "HubSpot ignores a lifecycle_stage that a program moves back"
        self.rename(self.first, "Averylong")
        _, text, _ = self.world.linchpin("revert", self.world.hub, "--change", self.change(self.first))
        self.assertNotIn(said, text)
        self.world.edit("hubspot", self.first["hubspot"], {"lifecyclestage": "other"})
        explain = ("explain", self.world.hub, "contact", "hubspot:" + self.first["hubspot"], "lifecycle_stage", "--json")
        stage = lambda: json.loads(self.world.linchpin(*explain)[1])
        eventually("the hub knows the stage", 60, lambda: stage()["value"] == "former")
        self.world.wait_quiet()
        planned = ("revert", self.world.hub, "--change", stage()["chain"][0]["change"])
        _, text, err = self.world.linchpin(*planned)
        self.assertIn(said, text, err)
        by_hand = json.loads(self.world.linchpin(*planned, "--json")[1])["by_hand"]
        self.assertEqual([said in line for line in by_hand], [True])

    def test_bad_input_is_said_with_its_remedy(self):
        self.begin("sqlite")
        hub = self.world.hub
        for arguments, said in (((), "--change"), (("--change", "c999999.0"), "explain"), (("--apply", "9"), "apply DIR --list"),
                                (("--apply", "1"), "earlier files first"), (("--since", "yesterday"), "2026-11-24"),
                                (("--since", "2999-01-01T00:00:00Z"), "is to come"),
                                (("--change", "c1.0", "--since", "2026-01-01T00:00:00Z"), "one of them"),
                                (("--change", "c1.0", "--by", "kim", "--why", "x"), "Plan first"),
                                (("--change", "c1.0", "--plan", "abc", "--by", "kim", "--why", "x"), "64 characters"),
                                (("--change", "c1.0", "--plan", "a" * 64), "--by WHO")):
            with self.subTest(arguments=arguments):
                status, out, err = self.world.linchpin("revert", hub, *arguments)
                self.assertEqual((status, said in err), (2, True), err)
        self.assertEqual(self.world.linchpin("revert", os.path.join(hub, "nowhere"), "--apply", "1")[0], 2)


if __name__ == "__main__":
    unittest.main()
