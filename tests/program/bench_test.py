#!/usr/bin/env python3
"""The measurements run, and what intake acknowledged is there after kill -9. How fast is nobody's business here."""
import json
import os
import subprocess
import tempfile
import unittest

import hub


def measure(*arguments):
    done = subprocess.run([hub.PROGRAM, "bench", *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


class Bench(unittest.TestCase):
    def test_every_acknowledged_webhook_is_in_the_inbox_after_a_kill(self):
        with tempfile.TemporaryDirectory(prefix="linchpin-test-", dir="/var/tmp") as folder:
            status, out, err = measure("intake", "--seconds", "1", "--senders", "8", "--folder", folder, "--json")
            self.assertEqual(status, 0, err)
            measured = json.loads(out)
            found = measured["hub"]
            self.assertGreater(found["acknowledged"], 0)
            self.assertEqual(found["counted"], found["acknowledged"])
            self.assertEqual(found["in_inbox_after_kill"], found["acknowledged"])
            self.assertGreater(measured["rounds"][0]["bare"]["per_second"], 0)
            self.assertGreater(measured["starts"]["sent"], 0)
            self.assertEqual(measured["starts"]["too_early"], 0, "nothing is taken before the hub is ready")
            self.assertTrue(measured["left_out"], "what cannot be measured is said")
            self.assertEqual(os.listdir(folder), [], "what was made for the measurement is gone")

    def test_a_folder_in_memory_is_refused(self):
        if not os.path.ismount("/dev/shm"):
            self.skipTest("no /dev/shm")
        status, _, err = measure("intake", "--seconds", "1", "--folder", "/dev/shm")
        self.assertEqual(status, 2)
        self.assertIn("--folder", err)

    def test_the_line_is_measured_without_disk_and_network(self):
        status, out, err = measure("line", "--people", "40", "--edits", "20", "--json")
        self.assertEqual(status, 0, err)
        measured = json.loads(out)
        self.assertEqual(measured["edits"]["count"], 20)
        self.assertGreater(measured["first_load"]["count"], 40)

    def test_the_same_merges_are_committed_by_the_store_and_by_sqlite_alone(self):
        with tempfile.TemporaryDirectory(prefix="linchpin-test-", dir="/var/tmp") as folder:
            status, out, err = measure("merge-commit", "--records", "1000", "--groups", "8", "--seconds", "1", "--folder", folder,
                                       "--json")
            self.assertEqual(status, 0, err)
            group = json.loads(out)["groups"][0]
            self.assertGreater(group["store_rows_per_second"], 0)
            self.assertGreater(group["bare_rows_per_second"], 0)
            self.assertEqual(os.listdir(folder), [], "what was made for the measurement is gone")

    def test_a_filled_store_is_one_that_the_hub_knows(self):
        """It would fail if the hub created anybody anew, or if an acknowledged event reached no sink, kill -9 or not."""
        with tempfile.TemporaryDirectory(prefix="linchpin-test-", dir="/var/tmp") as folder:
            status, out, err = measure("scale", "--few", "1000", "--records", "3000", "--webhooks", "100", "--turns", "1",
                                       "--gentle", "0", "--folder", folder, "--json")
            self.assertEqual(status, 0, err)
            self.assertEqual([(side["golden_records"], side["lost_at_kill"]) for side in json.loads(out)["hubs"]],
                             [(1000, 0), (3000, 0)])

    def test_calls_for_changed_contacts_are_counted_beside_the_least(self):
        status, out, err = measure("calls", "--contacts", "200", "--json")
        self.assertEqual(status, 0, err)
        there, back = json.loads(out)["rounds"]
        self.assertEqual((there["hubspot"]["least"], there["xero"]["least"]), (2, 4))
        self.assertEqual((back["xero"]["least"], back["hubspot"]["least"]), (5, 2))
        for calls in (there["xero"], back["hubspot"]):
            self.assertGreaterEqual(calls["written"], calls["least"])

    def test_without_a_name_every_measurement_is_listed(self):
        status, out, _ = measure()
        self.assertEqual(status, 0)
        self.assertEqual([line.split()[0] for line in out.splitlines()],
                         ["intake", "end-to-end", "merge-commit", "scale", "calls", "line", "match", "several", "all"])


if __name__ == "__main__":
    unittest.main()
