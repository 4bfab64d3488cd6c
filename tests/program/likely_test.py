#!/usr/bin/env python3
"""People who are likely the same, with the real program: a plan says how many are in doubt, a person answers, and the answer
holds through another version of the files and a restart."""
import json
import os
import unittest

from hub import World, eventually

LIKELY = "  likely: {{ compare: [given_name, family_name, email, phone, date_of_birth], {bars} }}\n"


class Likely(unittest.TestCase):
    def setUp(self):
        self.world = World(clients=30)
        self.addCleanup(self.world.close)
        self.entity = os.path.join(self.world.hub, "entities/contact.yaml")
        # Two who are one person each, and nothing that a rule goes by says so.
        self.rosemary = self.world.enter_in_hubspot("Rosemary", "Colefax", "rosemary.colefax@x.example", "0429 744 982")
        self.rosie = self.world.enter_in_xero("Rosie", "Colefax", "colefax.r@y.example", "429744982")
        self.qiang = self.world.enter_in_hubspot("Qiang", "Zanberg", "qiang.zanberg@x.example", "0412 704 937")
        self.quiang = self.world.enter_in_xero("Quiang", "Zanberg", "zanberg.q@y.example", "412704937")

    def declare(self, bars):
        with open(self.entity) as file:
            lines = [line for line in file if not line.startswith("  likely:")]
        lines.insert(next(i for i, line in enumerate(lines) if line.startswith("  shared:")), LIKELY.format(bars=bars))
        with open(self.entity, "w") as file:
            file.writelines(lines)

    def plan(self):
        status, out, err = self.world.linchpin("plan", self.world.hub, "--json")
        self.assertEqual(status, 0, err)
        return json.loads(out)

    def apply(self):
        status, out, err = self.world.linchpin("apply", self.world.hub, "--plan", self.plan()["hash"], "--by", "mia",
                                               "--why", "likely", "--json")
        self.assertEqual(status, 0, out + err)
        self.world.wait_quiet()

    def ours(self):
        """What is asked of the two, by whose record waits."""
        of = {self.rosemary: "rosemary", self.rosie: "rosemary", self.qiang: "qiang", self.quiang: "qiang"}
        return {of[r["record"]]: r for r in self.world.reviews() if r["kind"] == "match" and r["record"] in of}

    def answer(self, review, how):
        status, _, err = self.world.linchpin("review", self.world.hub, how, review["id"], "--by", "mia")
        self.assertEqual(status, 0, err)
        self.world.wait_quiet()

    def linked(self, hubspot, xero):
        people = self.world.people(self.world.app_token(f"looker-{os.urandom(4).hex()}"))
        both = {("hubspot", hubspot), ("xero", xero)}
        return any(both <= {(l["system"], l["record"]) for l in p["links"]} for p in people)

    def test_a_trust_a_couple_and_a_father_are_asked_about_and_keep_their_names(self):
        pairs = [(("Una", "Wexcombe"), ("Una", "Wexcombe Family Trust")), (("Jane", "Tannahill"), ("Jane & John", "Tannahill")),
                 (("John", "Quonset Jr"), ("John", "Quonset Sr")), (("Mr", "Umbridge"), ("Mrs", "Umbridge"))]
        made = []
        for i, (one, other) in enumerate(pairs):
            email, mobile = f"box{i}@x.example", f"0412 704 20{i}"
            made.append((self.world.enter_in_hubspot(*one, email, mobile), self.world.enter_in_xero(*other, email, mobile)))
        self.declare("accept: 0.99, review: 0.50")
        self.world.start()
        self.world.wait_quiet()
        xero = self.world.xero()
        asked = {r["record"]: r["message"] for r in self.world.reviews() if r["kind"] == "match"}
        for (hubspot, account), (_, other) in zip(made, pairs):
            self.assertEqual((xero[account]["FirstName"], xero[account]["LastName"]), other)
            self.assertFalse(self.linked(hubspot, account), other)
            self.assertTrue({hubspot, account} & set(asked), other)

    def named(self, family):
        """How many HubSpot and Xero have of that family."""
        return (sum(r["properties"].get("lastname") == family for r in self.world.hubspot().values()),
                sum(r.get("LastName") == family for r in self.world.xero().values()))

    def verified(self):
        status, out, err = self.world.linchpin("audit", self.world.hub, "verify", "--json")
        self.assertEqual(status, 0, out + err)
        said = json.loads(out)
        return said["entries"] + said["waiting"]

    def test_who_is_likely_the_same_is_asked_about_and_the_answer_stays(self):
        self.declare("review: 0.50")
        planned = sum(s["reviews"] for s in self.plan()["systems"])
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        matches = [r for r in self.world.reviews() if r["kind"] == "match"]
        self.assertEqual(planned, len(matches), "a plan says who is in doubt before anything is written")
        asked = self.ours()
        self.assertEqual(set(asked), {"rosemary", "qiang"})
        for review in asked.values():
            self.assertEqual(review["code"], "likely")
            self.assertIn("given_name near", review["message"])
            self.assertIn("family_name agrees", review["message"])
            self.assertIn("phone agrees", review["message"])
            for value in ("olefax", "anberg", "429744982", "412704937"):
                self.assertNotIn(value, json.dumps(review), "no value is told")
        self.assertEqual((self.named("Colefax"), self.named("Zanberg")), ((1, 1), (1, 1)), "nobody is created meanwhile")

        before = self.verified()
        self.answer(asked["rosemary"], "accept")
        self.answer(asked["qiang"], "reject")
        self.assertGreater(self.verified(), before + 1, "both answers are in the audit log")
        self.assertTrue(self.linked(self.rosemary, self.rosie))
        self.assertFalse(self.linked(self.qiang, self.quiang))
        eventually("each of the two is in both systems", 60, lambda: self.named("Zanberg") == (2, 2))
        self.assertEqual(self.named("Colefax"), (1, 1))

        self.declare("review: 0.30")  # another version, which would rather ask too often
        self.apply()
        self.world.stop()
        self.world.start()
        self.world.wait_quiet()
        self.world.edit("xero", self.quiang, {"EmailAddress": "quiang.z@y.example"})
        self.world.wait_quiet()
        self.assertEqual(self.ours(), {}, "an answer outlives every rematch")
        self.assertTrue(self.linked(self.rosemary, self.rosie))
        self.assertFalse(self.linked(self.qiang, self.quiang))
        self.assertEqual((self.named("Colefax"), self.named("Zanberg")), ((1, 1), (2, 2)))
        self.assertGreater(self.verified(), before + 2)

    def test_who_was_linked_before_is_found_by_it_once_it_is_applied(self):
        self.world.enter_in_hubspot("Mereana", "Holt", "mereana.holt@x.example", "0412 888 101")
        self.world.start()
        self.world.listen_for_webhooks()
        self.world.wait_quiet()
        self.assertEqual(self.ours(), {})
        self.assertEqual(self.named("Zanberg"), (2, 2), "the rules call them different")
        self.declare("accept: 0.90, review: 0.50")
        self.apply()
        again = self.world.enter_in_hubspot("Merana", "Holt", "holt77@y.example", "0412 888 101")
        found, _ = eventually("she is asked about", 60, lambda: [r for r in self.world.reviews() if r["record"] == again])
        self.assertEqual({r["code"] for r in found}, {"second_record"}, "above the bar, and HubSpot has her already")


if __name__ == "__main__":
    unittest.main()
