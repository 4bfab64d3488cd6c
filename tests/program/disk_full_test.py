#!/usr/bin/env python3
"""A disk that is filled while senders are at work, and freed: they get 503 and no acknowledgement, /health says why, the hub
goes on by itself when there is room, and everything that was acknowledged is there."""
import contextlib
import json
import os
import sqlite3
import subprocess
import threading
import time
import unittest

from hub import World, call, eventually, hubspot_person, xero_person

ROOM = "192m"
TAKEN = (200, 202, 204)


class Senders:
    """Threads that send webhooks of their own, as HubSpot would, and note what was acknowledged."""

    def __init__(self, world, record):
        self.world, self.record = world, record
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.statuses = []
        self.failed = []
        self.threads = [threading.Thread(target=self.run) for _ in range(3)]
        for thread in self.threads:
            thread.start()

    def run(self):
        try:
            while not self.stopped.wait(0.02):
                status = send(self.world, self.record, 20_000)
                with self.lock:
                    self.statuses.append(status)
        except Exception as error:
            self.failed.append(error)

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def send(world, record, padding):
    body = json.dumps([{"eventId": time.time_ns(), "subscriptionId": 7, "portalId": 62515,
                        "occurredAt": int(time.time() * 1000), "subscriptionType": "contact.propertyChange",
                        "objectId": int(record), "propertyName": "jobtitle", "propertyValue": "x" * padding}]).encode()
    return world.webhook("hubspot", body, world.hubspot_headers(body)).status


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

        senders = Senders(world, h)
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
            _, took = eventually("webhooks are taken again", 30, lambda: senders.statuses[-1] in TAKEN, 0.05)
            eventually("it is ready again", 30, lambda: call("GET", world.base + "/health/ready").status == 200)
        senders.stop()
        self.assertEqual(senders.failed, [])
        self.assertEqual(set(senders.statuses) - {*TAKEN, 503}, set())
        taken = sum(s in TAKEN for s in senders.statuses)
        _, more = eventually("the last change is at Xero", 120,
                             lambda: xero_person(world.xero()[x])["phone"] == f"412345{number:03d}", 0.2)
        self.assertEqual(hubspot_person(world.hubspot()[h])["phone"], f"412345{number:03d}")
        print(f"filled three times: {taken} webhooks taken, {len(senders.statuses) - taken} refused; taken again {took:.1f} s "
              f"after there was room, the last change at Xero {more:.1f} s later")
        world.wait_quiet(300)
        for row in world.ask("table")["rows"]:
            self.assertEqual(row["discrepant_fields"], 0, row)
        self.assertEqual(world.dead_letters(), [])
        self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)
        # What was acknowledged is on the disk, and reads back.
        world.kill()
        stored = 0
        for name in os.listdir(self.data):
            if name.startswith("inbox-") and name.endswith(".db"):
                with contextlib.closing(sqlite3.connect(os.path.join(self.data, name))) as inbox:
                    stored += inbox.execute("SELECT count(*) FROM entry WHERE length(sealed) > 20000").fetchone()[0]
        self.assertGreaterEqual(stored, taken)
        world.start()
        world.wait_quiet(300)


if __name__ == "__main__":
    unittest.main()
