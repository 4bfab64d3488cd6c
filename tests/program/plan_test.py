#!/usr/bin/env python3
"""The first day: what a folder would do is seen before it does it. Linked first, planned, applied, paused; and what a plan
said is what was written."""
import contextlib
import csv
import io
import json
import os
import sqlite3
import time
import unittest

from hub import World, call, eventually, hubspot_person, xero_person

CLIENTS = 150


class Plan(unittest.TestCase):
    def setUp(self):
        self.world = World(clients=CLIENTS)
        self.addCleanup(self.world.close)

    def mode(self, mode):
        path = os.path.join(self.world.hub, "flows/clients.yaml")
        with open(path) as file:
            lines = [line for line in file.read().splitlines() if not line.startswith("mode:")]
        with open(path, "w") as file:
            file.write("\n".join(lines + [f"mode: {mode}"]) + "\n")

    def plan(self, *options):
        status, out, err = self.world.linchpin("plan", self.world.hub, "--json", *options)
        self.assertEqual(status, 0, err)
        return json.loads(out)

    def of(self, plan, system):
        return next(s for s in plan["systems"] if s["system"] == system)

    def apply(self, plan, why="as planned", *options):
        return self.world.linchpin("apply", self.world.hub, "--plan", plan["hash"], "--by", "mia", "--why", why, "--json",
                                   *options)

    def stops(self, plan):
        """A flow that would go live is stopped by the pairs that nobody has decided, and told so beforehand."""
        waiting = sum(s["reviews"] for s in plan["systems"])
        self.assertGreater(waiting, 0)
        unanswered = [{"flow": "clients", "entity": "contact", "reviews": waiting}]
        self.assertEqual(plan["unanswered"], unanswered)
        status, out, err = self.world.linchpin("plan", self.world.hub)
        self.assertIn(f"{waiting} pairs of contact wait for a person", out, err)
        status, out, _ = self.apply(plan)
        self.assertEqual((status, json.loads(out)), (1, {"applied": False, "moved": [], "unanswered": unanswered}))
        status, _, err = self.world.linchpin("apply", self.world.hub, "--plan", plan["hash"], "--by", "mia", "--why", "go")
        self.assertEqual(status, 1)
        self.assertIn("list --kind match", err)
        self.assertIn(str(waiting), err)
        return unanswered

    def versions(self):
        status, out, err = self.world.linchpin("apply", self.world.hub, "--list", "--json")
        self.assertEqual(status, 0, err)
        return [json.loads(line) for line in out.splitlines()]

    def checks(self):
        return len(self.world.state("idcheck")["verifications"])

    def pair(self):
        """The records of somebody who is in both systems, {system: record}."""
        waiting = {r["golden"] for r in self.world.reviews()}
        people = self.world.people(self.world.app_token("plan-test"))
        return next({l["system"]: l["record"] for l in p["links"]} for p in people
                    if {"hubspot", "xero"} <= {l["system"] for l in p["links"]} and p["id"] not in waiting)

    def records(self):
        return self.world.hubspot(), self.world.xero()

    def test_a_plan_before_anything_runs_reads_and_writes_nothing_and_is_what_is_then_written(self):
        before = self.records()
        page = os.path.join(self.world.folder, "plan.html")
        plan = self.plan("--html", page)
        self.assertEqual(self.records(), before, "a plan writes to no system")
        self.assertGreater(self.of(plan, "hubspot")["linked"], 0)
        xero = self.of(plan, "xero")
        self.assertGreater(xero["creates"], 0)
        for key in ("linked", "creates", "updates", "deletes", "waits", "differs", "reviews", "calls", "hours"):
            self.assertIn(key, xero)
        self.assertGreater(sum(s["reviews"] for s in plan["systems"]), 0, "doubtful pairs are in it")
        personal = [w for w in plan["writes"] if w["class"] == "personal"]
        self.assertTrue(personal)
        for write in personal:
            self.assertIsNone(write["after"], "a personal value is shown only when asked for")
        shown = self.plan("--personal")
        self.assertEqual(shown["hash"], plan["hash"])
        self.assertTrue(any(w["class"] == "personal" and w["after"] for w in shown["writes"]))
        with open(page) as file:
            self.assertIn(plan["hash"], file.read())

        unanswered = self.stops(plan)
        self.assertEqual(self.plan()["hash"], plan["hash"])
        status, out, err = self.apply(plan, "first", "--despite-reviews")
        self.assertEqual(status, 0, err)
        self.assertEqual(json.loads(out)["version"], 1)
        self.assertEqual(json.loads(out)["despite_reviews"], unanswered)
        self.assertEqual([len(d["reviews"]) for d in self.versions()[0]["despite_reviews"]], [unanswered[0]["reviews"]])
        status, out, err = self.world.linchpin("run", self.world.hub, "--once", "--json", timeout=300)
        rows = {r["system"]: r for r in json.loads(out)["rows"] if r["entity"] == "contact"}
        self.assertEqual(status, 0, err)
        for system in ("hubspot", "xero"):
            self.assertEqual(rows[system]["created"], self.of(plan, system)["creates"], system)
            self.assertEqual(rows[system]["updated"], self.of(plan, system)["updates"], system)
        after = self.records()
        self.assertEqual(len(after[1]) - len(before[1]), xero["creates"])

    def test_who_would_be_created_beside_somebody_like_them_is_listed_and_put_together_by_hand(self):
        charlotte = self.world.enter_in_hubspot("Charlotte", "Lamard", "lamard77@x.example", "0427 323 959")
        chick = self.world.enter_in_xero("Chikc", "Lamard", "thelamards@y.example", "429111222")
        near, page = (os.path.join(self.world.folder, name) for name in ("near.csv", "plan.html"))
        status, out, err = self.world.linchpin("plan", self.world.hub)
        self.assertEqual(status, 0, err)
        self.assertIn("--near FILE", out)
        plan = self.plan("--near", near, "--html", page)
        with open(near, newline="") as file:
            text = file.read()
        self.assertEqual(os.stat(near).st_mode & 0o077, 0, "others cannot read it")
        self.assertNotIn("amard", text)
        pairs = {frozenset((r["id_a"], r["id_b"])) for r in csv.DictReader(io.StringIO(text))}
        self.assertIn(frozenset((charlotte, chick)), pairs)
        self.assertEqual(len(pairs), len(plan["near"]["pairs"]))
        self.assertGreaterEqual(plan["near"]["created"], plan["near"]["alike"])
        self.assertGreaterEqual(plan["near"]["alike"], 2)
        with open(page) as file:
            self.assertIn("are like somebody who is there already", file.read())
        self.assertEqual(self.plan()["hash"], plan["hash"], "the list is no part of what is applied")

        self.mode("link")
        self.world.start()
        self.world.wait_quiet()
        self.mode("live")
        running = self.plan("--near", near)
        self.assertIn({charlotte, chick}, [{p["id_a"], p["id_b"]} for p in running["near"]["pairs"]], "a hub that runs says it too")
        status, _, err = self.world.linchpin("review", self.world.hub, "merge", "contact", "hubspot:" + charlotte,
                                             "xero:" + chick, "--why", "one person", "--by", "mia")
        self.assertEqual(status, 0, err)
        self.world.wait_quiet()
        after = self.plan("--near", near)
        self.assertEqual(after["near"]["created"], running["near"]["created"] - 2)
        self.assertNotIn({charlotte, chick}, [{p["id_a"], p["id_b"]} for p in after["near"]["pairs"]])

    def test_a_running_hub_keeps_the_version_that_was_applied_until_another_one_is(self):
        self.mode("link")
        before = self.records()
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        self.assertEqual(self.records(), before, "link writes nothing")
        self.mode("live")
        plan = self.plan()
        self.assertEqual([(c["file"], c["path"]) for c in plan["changes"]], [("flows/clients.yaml", "mode")])
        self.world.stop()
        self.world.start()  # with a folder that says live
        self.world.wait_quiet()
        self.assertEqual(self.records(), before, "what was not applied does not run")
        with open(os.path.join(self.world.folder, "hub.log")) as log:
            self.assertIn("linchpin apply", log.read())

        # The data move: one value more that would be written.
        self.world.edit("hubspot", self.pair()["hubspot"], {"phone": "0412 345 631"})
        eventually("it is in the plan", 20, lambda: self.plan()["hash"] != plan["hash"])
        self.world.wait_quiet()
        status, out, _ = self.apply(plan)
        self.assertEqual(status, 1)
        self.assertEqual(json.loads(out), {"applied": False, "moved": ["the data"]})
        plan = self.plan()
        self.world.rewrite("hub.yaml", "time_zone:", "# ours\ntime_zone:")
        status, out, _ = self.apply(plan)
        self.assertEqual((status, json.loads(out)["moved"]), (1, ["the files"]))
        self.assertEqual(self.world.xero().keys(), before[1].keys())

        plan = self.plan()
        pid = self.world.process.pid
        unanswered = self.stops(plan)
        self.assertEqual(self.records()[1].keys(), before[1].keys())
        status, out, err = self.apply(plan, "phase two", "--despite-reviews")
        self.assertEqual(status, 0, err)
        self.assertEqual(json.loads(out)["version"], 2)
        self.assertEqual(self.plan()["unanswered"], [], "a flow that is live is stopped by nothing")
        self.world.wait_quiet()
        status, out, err = self.apply(self.plan(), "once more")
        self.assertEqual((status, json.loads(out)["version"]), (0, 2), "the same files are the same version")
        self.world.wait_quiet()
        self.assertIsNone(self.world.process.poll())
        self.assertEqual(self.world.process.pid, pid, "the same process serves it")
        self.assertEqual(len(self.world.xero()) - len(before[1]), self.of(plan, "xero")["creates"])
        self.assertEqual(self.plan()["writes"], [], "what runs is what the folder says")
        status, out, _ = self.apply(plan)
        self.assertEqual(status, 1, "a plan is applied once")
        versions = self.versions()
        self.assertEqual([(v["version"], v["by"], v["why"]) for v in versions][0], (2, "mia", "phase two"))
        despite = versions[0]["despite_reviews"]
        self.assertEqual([(d["flow"], len(d["reviews"])) for d in despite], [("clients", unanswered[0]["reviews"])])
        self.world.stop()
        status, _, err = self.world.linchpin("audit", self.world.hub, "verify")
        self.assertEqual(status, 0, err)
        with contextlib.closing(sqlite3.connect(os.path.join(self.world.hub, "data", "state.db"))) as state:
            entries = [json.loads(entry) for entry, in state.execute("SELECT entry FROM leaf")]
        self.assertEqual([(e["entry"], e["by"], list(e["commitments"])) for e in entries if "/despite/" in e["entry"]],
                         [("register/2/despite/clients", "mia", ["why"])])

    def test_nobody_is_checked_before_the_flow_is_live_and_then_everybody_once_who_has_become_a_client(self):
        self.mode("link")
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        lead = next(id for id, c in self.world.hubspot().items()
                    if c["properties"]["lifecyclestage"] == "lead" and c["properties"]["email"])
        self.world.edit("hubspot", lead, {"lifecyclestage": "customer"})
        self.world.enter_in_hubspot("Noor", "Zyqovex", "noor@x.example", "0491 570 156")
        for review in self.world.reviews():
            if review["kind"] == "match":
                self.world.ask("review.reject", id=review["id"], by="mia")
        self.world.wait_quiet()
        self.mode("live")
        eventually("both are in the plan", 20, lambda: self.of(self.plan(), "idcheck")["creates"] == 2)
        self.assertEqual(self.checks(), 0, "nobody's name has left")
        plan = self.plan()
        self.assertEqual({w["field"] for w in plan["writes"] if w["system"] == "idcheck"},
                         {"given_name", "family_name", "email"})
        self.assertEqual(plan["unanswered"], [])
        status, _, err = self.apply(plan)
        self.assertEqual(status, 0, err)
        self.world.wait_quiet()
        eventually("both are checked", 20, lambda: self.checks() == 2)

    def test_where_no_hub_runs_an_apply_looks_again_before_it_compares(self):
        self.mode("link")
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        pair = self.pair()
        self.world.stop()
        self.mode("live")
        plan = self.plan()
        self.world.edit("hubspot", pair["hubspot"], {"lastname": "Quillfeather"})
        before = self.records()
        time.sleep(2)  # HubSpot's search index knows of an edit a moment later
        status, out, err = self.apply(plan)
        self.assertEqual((status, out and json.loads(out)), (1, {"applied": False, "moved": ["the data"]}), err)
        self.assertEqual(self.records(), before, "looking writes nothing")

        plan = self.plan()
        path = os.path.join(self.world.hub, "environments/staging.yaml")
        with open(path) as file:
            text = file.read()
        self.world.rewrite("environments/staging.yaml", self.world.url("xero"), "http://127.0.0.1:9")
        status, _, err = self.world.linchpin("apply", self.world.hub, "--plan", plan["hash"], "--by", "mia", "--why", "x",
                                             "--patience", "5 seconds")
        self.assertEqual((status, "xero" in err), (3, True), err)
        with open(path, "w") as file:
            file.write(text)
        status, out, err = self.apply(plan, "as planned", "--despite-reviews")
        self.assertEqual((status, json.loads(out)["version"]), (0, 2), err)
        self.assertEqual(self.records(), before, "what is written leaves when the hub runs")

    def test_what_is_measured_follows_an_apply(self):
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        pair = self.pair()
        self.world.linchpin("pause", self.world.hub, "--system", "xero")
        self.world.edit("hubspot", pair["hubspot"], {"phone": "0412 345 617"})
        waiting = lambda: self.world.metric("linchpin_outbox_depth", system="xero")
        eventually("a write to Xero waits", 30, lambda: waiting() == 1)
        self.assertEqual(self.of(self.plan(), "xero")["waits"], 1)
        self.mode("off")
        status, _, err = self.apply(self.plan())
        self.assertEqual(status, 0, err)
        eventually("it does not wait any more", 15, lambda: waiting() == 0)

    def test_a_flow_that_a_brake_has_paused_is_named(self):
        self.world.rewrite("entities/contact.yaml", "on_delete: detach", "on_delete: propagate\nbrakes: { deletes: 1 a day }")
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        people = self.world.people(self.world.app_token("brake-test"))
        both = [{l["system"]: l["record"] for l in p["links"]} for p in people if len(p["links"]) == 2]
        for links in [b for b in both if {"hubspot", "xero"} == set(b)][:2]:
            self.world.edit("hubspot", links["hubspot"], {"archived": True})
        eventually("a brake is pulled", 20, lambda: any(r["kind"] == "brake" for r in self.world.reviews()))
        eventually("it is named", 5, lambda: "flow clients" in call("GET", self.world.base + "/health/ready").body.decode())

    def test_an_accept_lets_one_ceiling_more_out_and_a_ceiling_that_was_raised_first_all_that_waits(self):
        ceiling = "brakes: { deletes: 2 a day }"
        self.world.rewrite("entities/contact.yaml", "on_delete: detach", "on_delete: propagate\n" + ceiling)
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        people = self.world.people(self.world.app_token("brake-test"))
        both = [{l["system"]: l["record"] for l in p["links"]} for p in people if len(p["links"]) == 2]
        both = [b for b in both if {"hubspot", "xero"} == set(b)][:9]
        self.assertEqual(len(both), 9)
        archived = lambda: sum(self.world.xero()[b["xero"]]["ContactStatus"] == "ARCHIVED" for b in both)
        brakes = lambda: [r["id"] for r in self.world.reviews() if r["kind"] == "brake"]

        def accept():
            self.assertEqual(self.world.linchpin("review", self.world.hub, "accept", *brakes())[0], 0)
        for links in both:
            self.world.edit("hubspot", links["hubspot"], {"archived": True})
        eventually("a brake is pulled", 20, brakes)
        eventually("all that is left waits", 20, lambda: self.of(self.plan(), "xero")["waits"] == 7)
        asked = brakes()
        accept()
        eventually("it is pulled again", 20, lambda: brakes() and brakes() != asked)
        self.assertEqual(archived(), 4, "one ceiling more")

        asked = brakes()
        self.world.rewrite("entities/contact.yaml", ceiling, "brakes: { deletes: 100 a day }")
        status, _, err = self.apply(self.plan(), "it is meant")
        self.assertEqual(status, 0, err)
        self.world.wait_quiet()
        self.assertEqual((brakes(), archived()), (asked, 4), "an apply answers no question")
        accept()
        eventually("all of it has left", 30, lambda: archived() == 9)
        self.assertEqual(brakes(), [])

    def test_what_a_shadow_would_write_is_seen_by_planning_it_live(self):
        self.mode("shadow")
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        before = self.records()
        shadow = self.plan()
        self.assertEqual(shadow["writes"], [])
        self.assertGreater(self.of(shadow, "xero")["waits"], 0)
        self.mode("live")
        live = self.plan()
        for system in ("hubspot", "xero"):
            of = self.of(live, system)
            self.assertEqual(of["creates"] + of["updates"], self.of(shadow, system)["waits"], system)
        self.assertGreater(len(live["writes"]), 0)
        self.world.wait_quiet()
        self.assertEqual(self.records(), before, "nothing is sent before it is applied")

    def test_what_is_paused_writes_nothing_and_loses_nothing(self):
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        links = self.pair()
        status, _, err = self.world.linchpin("pause", self.world.hub, "--flow", "clients", "--by", "mia")
        self.assertEqual(status, 0, err)
        self.assertEqual(self.world.metric("linchpin_paused", flow="clients"), 1)
        eventually("it is named", 5, lambda: "flow clients" in call("GET", self.world.base + "/health/ready").body.decode())
        self.world.stop()
        self.world.start()
        self.assertEqual(self.world.metric("linchpin_paused", flow="clients"), 1, "after a restart too")
        before = self.world.xero()[links["xero"]]
        self.world.edit("hubspot", links["hubspot"], {"phone": "0412 345 601"})
        self.world.wait_quiet()
        self.assertEqual(self.world.xero()[links["xero"]], before)
        status, out, _ = self.world.linchpin("resume", self.world.hub, "--json")
        self.assertEqual((status, json.loads(out)), (0, {"paused": []}))
        eventually("the phone is at Xero", 20, lambda: xero_person(
            self.world.xero()[links["xero"]])["phone"] == "412345601")
        self.assertEqual(hubspot_person(self.world.hubspot()[links["hubspot"]])["phone"], "412345601")
        status, _, err = self.world.linchpin("pause", self.world.hub, "--system", "zero")
        self.assertEqual(status, 2)
        self.assertIn("xero", err)

    def test_a_system_that_does_not_answer_is_named_and_a_mistake_has_its_place(self):
        with open(os.path.join(self.world.hub, "environments/staging.yaml")) as file:
            text = file.read()
        with open(os.path.join(self.world.hub, "environments/staging.yaml"), "w") as file:
            file.write(text.replace(self.world.url("xero"), "http://127.0.0.1:9"))
        status, _, err = self.world.linchpin("plan", self.world.hub, "--patience", "5 seconds")
        self.assertEqual(status, 3, err)
        self.assertIn("xero", err)
        self.world.rewrite("flows/clients.yaml", "keep: contact", "mode: pilot\nkeep: contact")
        status, _, err = self.world.linchpin("plan", self.world.hub)
        self.assertEqual(status, 2)
        self.assertIn("flows/clients.yaml", err)
        status, _, err = self.world.linchpin("apply", self.world.hub, "--plan", "00")
        self.assertEqual(status, 2)
        self.assertIn("--why", err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
