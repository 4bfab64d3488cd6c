#!/usr/bin/env python3
"""A disk that is filled while senders are at work, and freed: they get 503 and no acknowledgement, /health says why, the hub
goes on by itself when there is room, and everything that was acknowledged is there."""
import os
import subprocess
import unittest

from hub import Senders, World, call, eventually, hubspot_person, xero_person

ROOM = "192m"


def fill(path):
    with open(path, "ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                pass


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

    def test_a_full_disk_is_not_acknowledged_and_is_recovered_from(self):
        world = self.world
        world.start()
        world.listen_for_webhooks()
        world.wait_quiet()
        people = [{l["system"]: l["record"] for l in p["links"]} for p in world.people(world.app_token("disk-test"))]
        pairs = [(p["hubspot"], p["xero"]) for p in people if {"hubspot", "xero"} <= p.keys()]
        h, x = pairs[0]

        senders = Senders(world, h, every=0.02, patience=(30, 30, 30))
        self.addCleanup(senders.stop)
        eventually("the senders are at work", 20, lambda: len(senders.statuses) > 20)
        filler = os.path.join(self.data, "filler")
        for _ in range(3):
            # What a -wal has room for is still taken; then nothing is.
            eventually("senders are refused", 60, lambda: fill(filler) or 503 in senders.statuses[-10:], 0.2)
            before = len(senders.statuses)
            eventually("they go on", 20, lambda: len(senders.statuses) > before + 20)
            health = call("GET", world.base + "/health/ready")
            self.assertEqual(health.status, 503)
            self.assertRegex(health.body.decode(), "not ready: .*(no room|cannot be read or written)")
            self.assertIsNone(world.process.poll(), "the hub lives")
            # What people change meanwhile is refused too, and comes again, or is found.
            number = len(senders.statuses) % 1000
            world.edit("hubspot", h, {"phone": f"0412 345 {number:03d}"})
            os.remove(filler)
            _, took = eventually("webhooks are taken again", 30, lambda: senders.statuses[-1] == 200, 0.05)
            eventually("it is ready again", 30, lambda: call("GET", world.base + "/health/ready").status == 200)
        senders.stop()
        self.assertEqual(set(senders.statuses), {200, 503})
        _, more = eventually("the last change is at Xero", 120,
                             lambda: xero_person(world.xero()[x])["phone"] == f"412345{number:03d}", 0.2)
        self.assertEqual(hubspot_person(world.hubspot()[h])["phone"], f"412345{number:03d}")
        world.wait_quiet(300)
        for row in world.ask("table")["rows"]:
            self.assertEqual(row["discrepant_fields"], 0, row)
        self.assertEqual(world.dead_letters(), [])
        self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)
        # What was acknowledged is on the disk, and reads back.
        world.kill()
        kept = senders.judge(self)
        print(f"filled three times: {kept}; taken again {took:.1f} s after there was room, the last change at Xero "
              f"{more:.1f} s later")
        world.start()
        world.wait_quiet(300)


if __name__ == "__main__":
    unittest.main()
