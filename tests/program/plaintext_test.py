#!/usr/bin/env python3
"""No golden value and no payload is in plain text in any file that a run leaves: 50 planted people, looked for plain, in
lower case, in hex and in base64 over every byte of it."""
import base64
import os
import tempfile
import time
import unittest

from hub import World, eventually, hubspot_person

PEOPLE = 50


def base64_cores(needle):
    """What of a needle's base64 does not depend on its neighbours, at each of the three alignments."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + needle)
        first = -(-shift * 8 // 6)
        last = (shift + len(needle)) * 8 // 6
        yield text[first:last]
        yield text[first:last].translate(bytes.maketrans(b"+/", b"-_"))


def forms(text):
    plain = text.encode()
    for needle in {plain, text.lower().encode(), text.upper().encode()}:
        yield needle
        yield needle.hex().encode()
        yield needle.hex().upper().encode()
        yield from base64_cores(needle)


def search(folder, needles):
    """{needle: file} of those that are found in any form. Logs, databases, their -wal and -shm, all of it."""
    found, files = {}, 0
    wanted = {form: needle for needle in needles for form in forms(needle)}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            if not os.path.isfile(path):
                continue
            files += 1
            with open(path, "rb") as file:
                content = file.read()
            for form, needle in wanted.items():
                if form in content:
                    found[needle] = os.path.relpath(path, folder)
    return found, files


class Plaintext(unittest.TestCase):
    def test_the_search_finds_what_is_there(self):
        for needle in ("0412345678x", "jane.doe@mail.example", "Zoë O'Brien Ångström"):
            for number, form in enumerate(sorted(set(forms(needle)))):
                with tempfile.TemporaryDirectory() as folder:
                    with open(os.path.join(folder, "planted"), "wb") as file:
                        file.write(os.urandom(5000 + number) + form + os.urandom(3000))
                    self.assertEqual(search(folder, [needle]), ({needle: "planted"}, 1))
        for before in range(3):  # as it would lie inside something larger
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "planted"), "wb") as file:
                    file.write(base64.b64encode(b"x" * before + b'{"email":"jane.doe@mail.example"}'))
                self.assertIn("jane.doe@mail.example", search(folder, ["jane.doe@mail.example"])[0])

    def test_no_file_holds_a_planted_persons_values(self):
        with World(clients=60) as world:
            world.start()
            world.listen_for_webhooks()
            world.wait_quiet()
            planted, needles = [], set()
            for n in range(PEOPLE):
                word = "".join("abcdefghij"[int(d)] for d in f"{n:03d}")
                given, family = "Planted" + word, "Needlewoman" + word
                email, phone = f"{given}.{family}@haystack.example".lower(), f"424{n:03d}{n * 7 % 1000:03d}"
                made = world.edit("hubspot", "", {"firstname": given, "lastname": family, "email": email,
                                                  "phone": "0" + phone, "lifecyclestage": "lead"})
                planted.append(made["id"])
                needles |= {given, family, f"{given} {family}", email, "0" + phone, "+61" + phone, "61" + phone}
            world.wait_quiet()
            for record in planted:
                world.edit("hubspot", record, {"lifecyclestage": "customer"})
            emails = {hubspot_person(world.hubspot()[r])["email"] for r in planted}
            world.edit("hubspot", planted[0], {"phone": "not a number of Plantedaaa"})  # a dead letter
            needles.add("not a number of Plantedaaa")
            eventually("all are verified", 180, lambda: sum(
                v["person"] is not None and v["status"] == "complete" for v in world.state("idcheck")["verifications"])
                >= PEOPLE, 0.5)
            eventually("the outcomes are in HubSpot", 120, lambda: all(
                world.hubspot()[r]["properties"].get("identity_verification") in ("verified", "action_required")
                for r in planted), 0.5)
            world.wait_quiet()
            people = [p for p in world.people(world.app_token("plaintext-test"))
                      if p["fields"].get("email", {}).get("value") in emails]
            self.assertEqual(len(people), PEOPLE, "the hub holds them")
            for check in world.state("idcheck")["verifications"]:
                if check["external_id"] in {p["id"] for p in people}:
                    needles |= {check["person"]["date_of_birth"], check["person"]["document"]["number"]}
            needles = {n for n in needles if len(n.encode()) >= 10}
            self.assertGreater(len(needles), PEOPLE * 6)
            # As a thief would find it: while it runs, after kill -9, and after an orderly stop.
            for end in (lambda: None, world.kill, lambda: (world.start(), time.sleep(2), world.stop())):
                end()
                found, files = search(world.folder, needles)
                self.assertGreater(files, 10)
                self.assertEqual(set(found.values()), set(), f"{len(found)} of {len(needles)} values")


if __name__ == "__main__":
    unittest.main()
