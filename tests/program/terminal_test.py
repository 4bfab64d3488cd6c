#!/usr/bin/env python3
"""What somebody has written into a form at HubSpot stays a value in what the commands print: it takes no colour, and begins
no line of the list that a person says yes to."""
import json
import unicodedata
import unittest

from hub import World

NAME = "Quill\x1b[31m\nxero:fake  lastname  x -> y\u202e\u009b1m"
SHOWN = r"Quill\x1b[31m\nxero:fake  lastname  x -> y\u202e\u009b1m"


class Terminal(unittest.TestCase):
    def setUp(self):
        self.world = World(clients=0)
        self.addCleanup(self.world.close)
        self.record = self.world.enter_in_hubspot("Noor", NAME, "noor@x.example", "0491 570 156")

    def shown(self, *arguments):
        """What a command prints for people, which holds nothing that a terminal obeys."""
        status, out, err = self.world.linchpin(*arguments)
        self.assertEqual(status, 0, err)
        obeyed = [c for c in out.replace("\n", "") if unicodedata.category(c) == "Cc" or c == "\u202e"]
        self.assertEqual(obeyed, [], out)
        self.assertFalse([line for line in out.splitlines() if line.startswith("xero:fake")], out)
        return out

    def test_a_name_forges_no_line_of_a_plan_an_explanation_or_a_question(self):
        hub = self.world.hub
        self.assertIn(SHOWN, self.shown("plan", hub, "--personal"))
        status, out, err = self.world.linchpin("plan", hub, "--personal", "--json")
        self.assertEqual(status, 0, err)
        self.assertIn(NAME, [w["after"] for w in json.loads(out)["writes"]], "a machine is told the value itself")

        self.world.start()
        self.world.wait_quiet()
        self.assertIn("family_name = " + SHOWN, self.shown("explain", hub, "contact", "hubspot:" + self.record))
        self.assertIn(SHOWN, self.shown("explain", hub, "contact", "hubspot:" + self.record, "family_name"))
        self.shown("review", hub, "list", "--all")
        for review in self.world.reviews():
            self.shown("review", hub, "show", review["id"])
        self.shown("dead-letters", hub, "list")


if __name__ == "__main__":
    unittest.main(verbosity=2)
