#!/usr/bin/env python3
"""Files of the store that were cut or had a bit flipped while the hub was down: the hub says which file is damaged and what
to do, or serves exactly what it served before. It never serves anything else.

CRASH_ROUNDS: how many damages. The default of 12 keeps CI short.  CRASH_SEED: where they are.
"""
import json
import os
import random
import shutil
import signal
import time
import unittest

from hub import World, call

ROUNDS = int(os.environ.get("CRASH_ROUNDS") or 12)
SEED = int(os.environ.get("CRASH_SEED") or 1)
SAID = ("damaged", "has lost its last", "is gone")


class Damage(unittest.TestCase):
    def test_a_damaged_file_is_refused_or_changes_nothing(self):
        with World(clients=60) as world:
            data = os.path.join(world.hub, "data")
            sound = os.path.join(world.folder, "sound")
            world.start()
            world.listen_for_webhooks()
            world.wait_quiet()
            token = world.app_token("damage-test")
            for number, contact in enumerate(sorted(world.hubspot())[:20]):
                world.edit("hubspot", contact, {"phone": f"0421 555 {number:03d}"})
            time.sleep(1)
            world.wait_quiet()
            people = self.people(world, token)
            self.assertGreater(len(people), 40)
            world.process.send_signal(signal.SIGKILL)
            world.process.wait()
            shutil.copytree(data, sound, ignore=shutil.ignore_patterns("hub.sock"))
            files = sorted(f for f in os.listdir(sound) if not f.endswith(("-shm", "lock")))
            self.assertTrue(any(f.endswith("-wal") and os.path.getsize(os.path.join(sound, f)) for f in files), files)

            chance = random.Random(SEED)
            refused = unharmed = 0
            for round_ in range(ROUNDS):
                shutil.rmtree(data)
                shutil.copytree(sound, data)
                name = chance.choice([f for f in files if not f.endswith("-commits") or chance.random() < 0.2])
                what = self.damage(os.path.join(data, name), chance)
                with self.subTest(f"round {round_}, seed {SEED}: {name}, {what}"):
                    if self.is_refused(world, name):
                        refused += 1
                        continue
                    self.assertEqual(self.people(world, token), people)
                    self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)
                    unharmed += 1
                if world.process and world.process.poll() is None:
                    world.kill()
            print(f"{ROUNDS} damages with seed {SEED}: {refused} said, {unharmed} without effect")
            self.assertGreater(refused, 0)

    def test_a_state_that_is_gone_is_refused(self):
        with World(clients=20) as world:
            world.start()
            world.wait_quiet()
            world.kill()
            self.remove(world, "state.db")
            self.assertTrue(self.is_refused(world, "state.db"), "a new hub was begun beside the keys of another")

    def test_an_inbox_that_is_gone_is_gone_on_from(self):
        with World(clients=20) as world:
            world.start()
            world.listen_for_webhooks()
            world.wait_quiet()
            token = world.app_token("damage-test")
            contact = sorted(world.hubspot())[0]
            self.edited(world, token, contact, "Avery")
            world.kill()
            self.remove(world, "inbox-")
            world.start()
            with open(os.path.join(world.folder, "hub.log"), errors="replace") as log:
                self.assertIn("the inbox ends before what was read of it", log.read())
            world.wait_quiet()
            self.edited(world, token, contact, "Blake")

    def edited(self, world, token, contact, given):
        """A webhook brings it: within seconds, where a sweep takes a minute."""
        world.edit("hubspot", contact, {"firstname": given})
        end = time.time() + 20
        while not any(p["fields"].get("given_name", {}).get("value") == given for p in world.people(token)):
            self.assertLess(time.time(), end, "a webhook was acknowledged, and not read")
            time.sleep(0.2)

    def remove(self, world, prefix):
        data = os.path.join(world.hub, "data")
        for name in os.listdir(data):
            if name.startswith(prefix):
                os.remove(os.path.join(data, name))

    def damage(self, path, chance):
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            if size > 16 and chance.random() < 0.3:
                left = chance.randrange(size)
                file.truncate(left)
                return f"cut from {size} to {left} bytes"
            if size == 0:
                return "empty"
            at, bit = chance.randrange(size), chance.randrange(8)
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1 << bit]))
            return f"bit {bit} of byte {at} of {size} flipped"

    def is_refused(self, world, name):
        """True when the hub says so, at its start or while it serves; False when it is ready."""
        log = os.path.join(world.folder, "hub.log")
        before = os.path.getsize(log)
        world.spawn()
        base = name.removesuffix("-wal").removesuffix("-commits")
        for _ in range(600):
            with open(log, errors="replace") as file:
                file.seek(before)
                said = file.read()
            if world.process.poll() is not None:
                self.assertEqual(world.process.returncode, 3, said)
                self.assertTrue(base in said and any(s in said for s in SAID), said)
                return True
            try:
                health = call("GET", world.base + "/health/ready", timeout=2)
                if health.status == 200:
                    return False
                if any(s in health.body.decode() for s in SAID):
                    self.assertIn(base, health.body.decode())
                    return True
            except OSError:
                pass
            time.sleep(0.05)
        self.fail("neither ready nor refused: " + said[-800:])

    def people(self, world, token):
        return json.dumps(sorted(world.people(token), key=lambda p: p["id"]), sort_keys=True)


if __name__ == "__main__":
    unittest.main()
