#!/usr/bin/env python3
"""A disk that is full: the sender gets 503 and no acknowledgement, and the hub goes on by itself when there is room."""
import json
import os
import subprocess
import time
import unittest

from hub import World, eventually, xero_person

ROOM = "48m"


class DiskFull(unittest.TestCase):
    def setUp(self):
        self.world = World(clients=60)
        self.addCleanup(self.world.close)
        self.data = os.path.join(self.world.hub, "data")
        os.makedirs(self.data, exist_ok=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=700", "tmpfs", self.data],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no small file system can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.data])

    def send(self, record, padding):
        body = json.dumps([{"eventId": time.time_ns(), "subscriptionId": 7, "portalId": 62515,
                            "occurredAt": int(time.time() * 1000), "subscriptionType": "contact.propertyChange",
                            "objectId": int(record), "propertyName": "jobtitle", "propertyValue": "x" * padding}]).encode()
        return self.world.webhook("hubspot", body, self.world.hubspot_headers(body)).status

    def test_a_full_disk_is_not_acknowledged_and_is_recovered_from(self):
        world = self.world
        world.start()
        world.listen_for_webhooks()
        world.wait_quiet()
        person = next(p for p in world.people(world.app_token("disk-test"))
                      if {"hubspot", "xero"} <= {l["system"] for l in p["links"]})
        h, x = (next(l["record"] for l in person["links"] if l["system"] == s) for s in ("hubspot", "xero"))

        filler = os.path.join(self.data, "filler")
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 65536):
                    pass
            except OSError:
                pass
        # What a -wal has room for is still taken; then nothing is.
        statuses = []
        while 503 not in statuses and len(statuses) < 400:
            statuses.append(self.send(h, 200_000))
        self.assertEqual(statuses[-1], 503, statuses[-5:])
        self.assertEqual(set(statuses) - {200, 202, 204, 503}, set())
        self.assertEqual(self.send(h, 200_000), 503, "it stays so")
        self.assertIsNone(world.process.poll(), "the hub lives")

        world.edit("hubspot", h, {"phone": "0412 345 701"})  # its webhook is refused too, and comes again
        os.remove(filler)
        _, took = eventually("webhooks are taken again", 30, lambda: self.send(h, 100) in (200, 202, 204), 0.2)
        _, more = eventually("the change is at Xero", 60, lambda: xero_person(world.xero()[x])["phone"] == "412345701", 0.2)
        print(f"taken again {took:.1f} s after there was room; the change was at Xero {more:.1f} s later")
        world.wait_quiet()
        for row in world.ask("table")["rows"]:
            self.assertEqual(row["discrepant_fields"], 0, row)
        self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)


if __name__ == "__main__":
    unittest.main()
