#!/usr/bin/env python3
"""What is said to someone who asks a hub wrongly, and of a run that cannot come to its end."""
import os
import subprocess
import time
import unittest

import hub
from hub import World, call


class Asking(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(clients=20)
        cls.world.start()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def refused(self, *arguments):
        status, out, err = self.world.linchpin(*arguments)
        self.assertEqual((status, out), (2, ""), err)
        return err.removeprefix("linchpin: ").strip()

    def test_the_nearest_name_is_suggested(self):
        folder = self.world.hub
        self.assertEqual(self.refused("sync", folder, "clinets"),
                         "the hub has no flow of that name that keeps an entity. Did you mean 'clients'?")
        self.assertEqual(self.refused("explain", folder, "contct", "hubspot:1"),
                         "the hub has no entity of that name. Did you mean 'contact'?")
        self.assertEqual(self.refused("connect", folder, "hubspt"), "the hub has no system of that name. Did you mean 'hubspot'?")
        hubspot = next(iter(self.world.hubspot()))
        hub.eventually("the record is in the hub", 60,
                       lambda: self.world.linchpin("explain", folder, "contact", f"hubspot:{hubspot}")[0] == 0)
        self.assertEqual(self.refused("explain", folder, "contact", f"hubspot:{hubspot}", "phnoe"),
                         "the entity has no field of that name. Did you mean 'phone'?")
        self.assertIn("the hub has no such record", self.refused("explain", folder, "contact", "hubspot:none"))

    def test_a_list_takes_no_name(self):
        for command in ("review", "dead-letters", "app"):
            self.assertIn("list takes no name", self.refused(command, self.world.hub, "list", "zzz"))

    def test_what_is_listed_can_be_narrowed_and_a_name_that_is_misspelt_is_no_empty_list(self):
        folder = self.world.hub
        for words in (["list"], ["list", "all"], ["list", "--system", "xero", "--kind", "call", "--code", "write_refused"]):
            self.assertEqual(self.world.linchpin("dead-letters", folder, *words)[:2], (0, ""), words)
        self.assertIn("the hub has no system 'zero'", self.refused("dead-letters", folder, "list", "--system", "zero"))
        for words in (["list"], ["accept", "all", "--kind", "match"], ["reject", "all", "--kind", "foreign_write"]):
            self.assertEqual(self.refused("review", folder, *words, "--system", "zero"),
                             "the hub has no system of that name. Did you mean 'xero'?")

    def test_an_app_has_a_name_as_everything_else(self):
        for name in ("evil\x1b[31mname\nsecond", "x" * 100_000, "Client Portal", "-portal", "a" * 65):
            err = self.refused("app", self.world.hub, "add", "--", name)
            self.assertIn("that is no name for an app", err)
            self.assertNotIn("\x1b", err)
        self.assertIn("the app is not named", self.refused("app", self.world.hub, "add"))
        self.world.app_token("client-portal")
        self.assertIn("Did you mean 'client-portal'?", self.refused("app", self.world.hub, "revoke", "client-prtal"))
        self.assertEqual(self.world.linchpin("app", self.world.hub, "revoke", "client-portal")[:2], (0, "client-portal revoked\n"))
        self.assertIn("the app is revoked already", self.refused("app", self.world.hub, "revoke", "client-portal"))

    def test_another_method_is_answered_with_a_problem(self):
        answer = call("DELETE", self.world.base + "/process/contact")
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.headers["Allow"]),
                         (405, "application/problem+json", "GET, HEAD"))
        self.assertEqual(answer.json["status"], 405)


class WrongKeys(unittest.TestCase):
    def setUp(self):
        self.world = World(clients=20)
        self.addCleanup(self.world.close)

    def put(self, name, text):
        with open(os.path.join(self.world.secrets, name), "w") as file:
            file.write(text + "\n")

    def test_another_log_key_is_a_mistake_and_no_alarm(self):
        self.world.start()
        self.world.wait_quiet()
        kept = self.world.linchpin("audit", self.world.hub, "checkpoint")[1]
        self.world.stop()
        self.put("log.key", os.urandom(32).hex())
        status, _, err = self.world.linchpin("audit", self.world.hub, "verify")
        self.assertEqual(status, 2, err)
        self.assertIn("was not signed by this log key under this name", err)
        self.assertNotIn("evidence", err)
        self.assertTrue(kept)

    def test_a_run_ends_at_once_when_a_credential_is_refused(self):
        self.put("hubspot.token", "pat-wrong")
        began = time.monotonic()
        status, out, err = self.world.linchpin("run", self.world.hub, "--once", timeout=120)
        self.assertEqual(status, 3, out + err)
        self.assertLess(time.monotonic() - began, 60)
        self.assertIn("hubspot does not accept the connection's credential", err.splitlines()[-1])
        status, _, err = self.world.linchpin("connect", self.world.hub, "hubspot")
        self.assertEqual(status, 3, err)
        self.assertRegex(err, r"environments/staging.yaml:\d+:\d+: hubspot does not accept the connection's credential")
        self.assertNotIn("linchpin connect", err)

    def test_a_run_ends_when_a_system_stays_away_and_says_what_it_waits_for(self):
        self.world.sandboxes.terminate()
        self.world.sandboxes.wait(30)
        status, out, err = self.world.linchpin("run", self.world.hub, "--once", "--patience", "8 seconds", timeout=120)
        self.assertEqual(status, 3, out + err)
        lines = [l for l in err.splitlines() if l.startswith("linchpin: ")]
        self.assertRegex(lines[0], r"^linchpin: reading, linking and sharing… \d+ s, held up: .*could not be reached")
        self.assertRegex(lines[-1], r"could not be reached .*nothing of it has succeeded for 8 seconds")


if __name__ == "__main__":
    unittest.main()
