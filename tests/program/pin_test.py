#!/usr/bin/env python3
"""A person sets a field: by command, with a reason that `explain` tells."""
import json
import unittest

from hub import World, eventually


class Pin(unittest.TestCase):
    def test_a_field_is_set_explained_and_given_back(self):
        with World(clients=40) as world:
            world.start()
            world.wait_quiet()
            people = world.people(world.app_token("judge"))
            pair = next({l["system"]: l["record"] for l in p["links"]} for p in people
                        if {"hubspot", "xero"} <= {l["system"] for l in p["links"]})
            record = "hubspot:" + pair["hubspot"]
            before = world.hubspot()[pair["hubspot"]]["properties"]["firstname"]

            def pin(*more, stdin="Averylong\n"):
                return world.linchpin("pin", world.hub, "contact", record, "given_name", *more, stdin=stdin)

            self.assertEqual(pin("--why", "by phone", "--by", "kim")[0], 0)
            eventually("both systems hold it", 60, lambda: world.xero()[pair["xero"]]["FirstName"] == "Averylong"
                       and world.hubspot()[pair["hubspot"]]["properties"]["firstname"] == "Averylong")
            _, out, _ = world.linchpin("explain", world.hub, "contact", record, "given_name", "--json")
            step = next(s for s in json.loads(out)["chain"] if s["what"] == "pinned")
            self.assertEqual((step["by"], step["why"]), ("kim", "by phone"))
            self.assertIn("by phone", world.linchpin("explain", world.hub, "contact", record, "given_name")[1])
            self.assertEqual(pin("--remove")[0], 0)
            eventually("it is its owner's again", 60,
                       lambda: world.xero()[pair["xero"]]["FirstName"] == before)
            self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)

            for more, said in (((), "--why"), (("--why", "x", "--until", "tomorrow"), "2026-12-31"), (("--remove",), "not pinned")):
                status, _, err = pin(*more)
                self.assertEqual((status, said in err), (2, True), err)
            status, _, err = world.linchpin("pin", world.hub, "contact", record, "given_nme", "--why", "x", stdin="A\n")
            self.assertEqual((status, "given_name" in err), (2, True), err)
            status, _, err = world.linchpin("pin", world.hub, "contact", record, "date_of_birth", "--why", "x", stdin="someday\n")
            self.assertEqual((status, "someday" in err), (2, False), "what was typed is not repeated")

            def family_name(stdin):
                return world.linchpin("pin", world.hub, "contact", record, "family_name", "--why", "x", stdin=stdin)

            for stdin, said in (("", "standard input is empty"), ("Ng\nLee\n", "more than one line"), ("Ng\n\n", "more than one line")):
                status, out, err = family_name(stdin)
                self.assertEqual((status, out, said in err), (2, "", True), err)
            _, out, _ = world.linchpin("explain", world.hub, "contact", record, "family_name", "--json")
            self.assertNotIn("pinned", [s["what"] for s in json.loads(out)["chain"]], "nothing of these is a pin")
            self.assertIn("family_name of g_", family_name("\n")[1])
            self.assertIn("is pinned to nothing\n", family_name("\n")[1])
            status, out, _ = family_name("Ng")
            self.assertEqual((status, out.endswith(" is pinned\n")), (0, True), "a last line needs no end")


if __name__ == "__main__":
    unittest.main()
