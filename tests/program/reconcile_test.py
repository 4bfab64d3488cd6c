#!/usr/bin/env python3
"""What systems hold is compared with what the hub knows of them: by command, with the real program and sandboxes."""
import json
import unittest

from hub import World, call


class Reconcile(unittest.TestCase):
    def setUp(self):
        self.world = World(clients=120)
        self.addCleanup(self.world.close)
        self.world.start()
        self.world.wait_quiet()

    def reconcile(self, *arguments):
        status, out, err = self.world.linchpin("reconcile", self.world.hub, "--json", *arguments)
        self.assertIn(status, (0, 1), err)
        return status, json.loads(out)

    def walk(self, answer, system):
        return next(w for w in answer["walks"] if w["system"] == system)

    def linked(self, answer, system):
        return next(r["linked"] for r in answer["rows"] if r["system"] == system and r["entity"] == "contact")

    def test_what_was_deleted_without_a_word_is_found_and_an_outside_look_agrees(self):
        before = self.linked(self.reconcile()[1], "hubspot")
        self.world.faults(webhook_drop=1)
        record = next(iter(self.world.hubspot()))
        self.world.edit("hubspot", record, {"archived": True})
        status, answer = self.reconcile("hubspot")
        self.assertEqual(status, 0, answer)
        self.assertEqual(self.walk(answer, "hubspot")["missing"], 1)
        self.assertEqual(self.linked(answer, "hubspot"), before - 1)
        self.assertEqual([w["system"] for w in answer["walks"]], ["hubspot"])
        self.assertEqual(sum(r["discrepant_fields"] for r in answer["rows"]), 0)

    def test_an_edit_that_no_webhook_told_is_found_and_shared(self):
        self.world.faults(webhook_drop=1)
        people = self.world.people(self.world.app_token("judge"))
        pair = next({l["system"]: l["record"] for l in p["links"]} for p in people
                    if {"hubspot", "xero"} <= {l["system"] for l in p["links"]})
        self.world.edit("hubspot", pair["hubspot"], {"firstname": "Averylong"})
        status, answer = self.reconcile()
        self.assertEqual(status, 0, answer)
        self.assertGreaterEqual(self.walk(answer, "hubspot")["differed"], 1)
        self.assertEqual(self.world.xero()[pair["xero"]]["FirstName"], "Averylong")

    def test_an_empty_list_deletes_nothing_and_a_person_is_asked(self):
        before = self.linked(self.reconcile()[1], "hubspot")
        self.world.faults(webhook_drop=1)
        self.world.control("hubspot", "seed", {"objects": {"contacts": []}})
        status, answer = self.reconcile("hubspot")
        self.assertEqual(status, 1, answer)
        self.assertTrue(self.walk(answer, "hubspot")["short"])
        self.assertEqual(self.linked(answer, "hubspot"), before)
        status, out, _ = self.world.linchpin("reconcile", self.world.hub, "hubspot")
        self.assertEqual(status, 1)
        self.assertIn("nothing was taken as deleted", out)
        self.assertIn("short_list", [r["kind"] for r in self.world.reviews()])

    def test_what_is_asked_wrongly_is_said(self):
        status, _, err = self.world.linchpin("reconcile", self.world.hub, "hubspt")
        self.assertEqual((status, "Did you mean 'hubspot'?" in err), (2, True), err)
        status, _, err = self.world.linchpin("sync", self.world.hub, "clients", "--since", "last week")
        self.assertEqual((status, "2026-11-01T00:00:00Z" in err), (2, True), err)
        self.assertEqual(self.world.linchpin("sync", self.world.hub, "clients", "--since", "2026-01-01T00:00:00Z")[0], 0)
        self.world.stop()
        status, _, err = self.world.linchpin("reconcile", self.world.hub)
        self.assertEqual((status, "linchpin run DIR --once" in err), (3, True), err)
        status, _, err = self.world.linchpin("sync", self.world.hub, "clients")
        self.assertEqual((status, "linchpin run" in err), (3, True), err)
        for command in ("sync", "reconcile"):
            self.assertIn("running hub", " ".join(self.world.linchpin(command, "--help")[1].split()))


if __name__ == "__main__":
    unittest.main()
