#!/usr/bin/env python3
"""kill -9 of the hub, again and again, under load and with faults on: at the end every system agrees, no acknowledged
change is missing, and nothing is doubled. Each webhook that was acknowledged meanwhile is in the inbox: it is counted
there, since a sweep finds what a lost one told as well.

CRASH_ROUNDS: how many rounds of it; a round kills it once to three times. The default takes a minute or two on each store;
`./dev crash --rounds N` is for longer.  CRASH_SEED: when.
"""
import collections
import os
import random
import threading
import time
import unittest

import hub
from hub import Senders, World, crash_stores, hubspot_person, is_person, xero_person

ROUNDS = {store: int(os.environ.get("CRASH_ROUNDS") or rounds) for store, rounds in (("sqlite", 40), ("postgres", 15))}
SEED = int(os.environ.get("CRASH_SEED") or 1)
FAULTS = {"lost_answer": 0.05, "error_500": 0.05, "reject_429": 0.02, "webhook_double": 0.2, "slow_ms": 20}


class Load:
    """Edits at both sides. A field of a person has one thread and one side, so that its last edit is known: the first
    half's phones are edited at HubSpot, the others' at Xero, and all e-mails at HubSpot. New people appear at both."""

    def __init__(self, world, pairs):
        self.world = world
        self.pairs = pairs
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.numbers = iter(range(1, 1 << 30))
        self.last = {}  # (field, hubspot id, xero id): the value that was acknowledged last
        self.made = {"hubspot": [], "xero": []}  # e-mails of people who were created there
        self.edits = 0
        self.failed = []
        half = len(pairs) // 2
        work = [(self.phone_at_hubspot, pairs[:half]), (self.phone_at_xero, pairs[half:]),
                (self.email_at_hubspot, pairs[::2]), (self.email_at_hubspot, pairs[1::2])]
        self.threads = [threading.Thread(target=self.run, args=w) for w in work]
        self.threads.append(threading.Thread(target=self.create))

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def number(self):
        with self.lock:
            self.edits += 1
            return next(self.numbers)

    def run(self, edit, pairs):
        try:
            chance = random.Random(len(pairs))
            while not self.stopped.wait(0.05):
                h, x = chance.choice(pairs)
                field, value = edit(h, x, self.number())
                with self.lock:
                    self.last[field, h, x] = value
        except Exception as error:
            self.failed.append(error)

    def phone_at_hubspot(self, h, _, n):
        self.world.edit("hubspot", h, {"phone": f"0421 {n // 1000:03d} {n % 1000:03d}"})
        return "phone", f"421{n:06d}"

    def phone_at_xero(self, _, x, n):
        self.world.edit("xero", x, {"Phones": [{"PhoneType": "MOBILE", "PhoneCountryCode": "61", "PhoneAreaCode": "422",
                                                "PhoneNumber": f"{n:06d}"}]})
        return "phone", f"422{n:06d}"

    def email_at_hubspot(self, h, _, n):
        email = f"edit{n}@crash.example"
        self.world.edit("hubspot", h, {"email": email})
        return "email", email

    def create(self):
        try:
            while not self.stopped.wait(0.7):
                n = self.number()
                # Letters only: a name with a number in it is hardly a person's.
                family = "Crash" + "".join("abcdefghij"[int(d)] for d in f"{n:06d}")
                email, phone = f"new{n}@crash.example", f"423{n:06d}"
                if n % 2:
                    self.world.edit("hubspot", "", {"firstname": "Newly", "lastname": family, "email": email,
                                                    "phone": "0" + phone, "lifecyclestage": "customer"})
                    self.made["hubspot"].append(email)
                else:
                    self.world.edit("xero", "", {"Name": "Newly " + family, "FirstName": "Newly", "LastName": family,
                                                 "EmailAddress": email,
                                                 "Phones": [{"PhoneType": "MOBILE", "PhoneCountryCode": "61",
                                                             "PhoneAreaCode": "", "PhoneNumber": phone}]})
                    self.made["xero"].append(email)
        except Exception as error:
            self.failed.append(error)


def killed_and_ready(world, chance):
    """Kills the hub at an instant that chance chooses: while it works, or in its first moments; then perhaps during its
    start, or its start after that. (kills, seconds until it was ready)"""
    time.sleep(chance.choice([chance.uniform(0, 3), chance.uniform(0, 0.2)]))
    world.kill()
    again = chance.choice([0, 0, 1, 2])
    for _ in range(again):
        world.spawn()
        time.sleep(chance.uniform(0, 0.4))
        world.kill()
    return 1 + again, world.start(120)


def judge(test, world, token, load):
    """Every system agrees, no acknowledged change is missing, nothing is doubled, and the audit log is whole."""
    hubspot, xero = world.hubspot(), world.xero()
    people = world.people(token)
    found, agreed = hub.differences(people, hubspot, xero)
    test.assertGreaterEqual(agreed, len(load.pairs))
    test.assertFalse(found, world.why(found))

    missing = [key for key, value in load.last.items()
               if hubspot_person(hubspot[key[1]])[key[0]] != value or xero_person(xero[key[2]])[key[0]] != value]
    test.assertFalse(missing, f"of {len(load.last)} last edits; " + world.why(missing))

    emails = [collections.Counter(hubspot_person(r)["email"] for r in hubspot.values()),
              collections.Counter(xero_person(r)["email"] for r in xero.values() if is_person(r))]
    for email in load.made["hubspot"] + load.made["xero"]:
        test.assertEqual((emails[0][email], emails[1][email]), (1, 1), email)
    for shape, records in ((hubspot_person, hubspot), (xero_person, xero)):
        ids = collections.Counter(shape(r)["hub_id"] for r in records.values() if shape(r)["hub_id"])
        test.assertEqual([i for i, n in ids.items() if n > 1], [], "a record was created twice")
    for person in people:
        for system in ("hubspot", "xero"):
            test.assertLessEqual(sum(l["system"] == system for l in person["links"]), 1)
    checks = collections.Counter(v["external_id"] for v in world.state("idcheck")["verifications"])
    test.assertEqual([i for i, n in checks.items() if n > 1], [], "a client was checked twice")

    for row in world.ask("table")["rows"]:
        test.assertEqual(row["discrepant_fields"], 0, row)
    test.assertEqual(world.dead_letters(), [])
    status, _, err = world.linchpin("audit", world.hub, "verify")
    test.assertEqual(status, 0, err)


class Crash(unittest.TestCase):
    def test_no_crash_loses_or_doubles_anything(self):
        for store in crash_stores():
            with self.subTest(store=store):
                self.loses_and_doubles_nothing(store)

    def loses_and_doubles_nothing(self, store):
        with World(clients=120, store=store) as world:
            world.start()
            world.listen_for_webhooks()
            world.wait_quiet()
            token = world.app_token("crash-test")
            waiting = {r["golden"] for r in world.reviews()} | {r["record"] for r in world.reviews()}
            pairs = []
            for person in world.people(token):
                links = {l["system"]: l["record"] for l in person["links"]}
                if {"hubspot", "xero"} <= links.keys() and not {person["id"], *links.values()} & waiting:
                    pairs.append((links["hubspot"], links["xero"]))
            self.assertGreater(len(pairs), 20)

            load = Load(world, pairs)
            world.faults(**FAULTS)
            chance = random.Random(SEED)
            senders = Senders(world, pairs[0][0])
            load.start()
            kills, readies = 0, []
            try:
                for _ in range(ROUNDS[store]):
                    times, ready = killed_and_ready(world, chance)
                    kills += times
                    readies.append(ready)
                time.sleep(2)
            finally:
                load.stop()
                senders.stop()
            self.assertEqual(load.failed, [])
            world.faults()
            # What was told while nobody listened is told again within a minute: a sweep need not wait for it.
            world.ask("sync", flow="clients")
            took = world.wait_quiet(600)
            with self.subTest("the records"):
                judge(self, world, token, load)
            world.kill()
            kept = senders.judge(self)
            print(f"{store}, seed {SEED}: {kills} kills, {load.edits} edits, "
                  f"{sum(map(len, load.made.values()))} new people; {kept}; "
                  f"ready again in {max(readies):.2f} s at most; quiet {took:.0f} s after the load")


if __name__ == "__main__":
    unittest.main()
