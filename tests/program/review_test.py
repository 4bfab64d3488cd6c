#!/usr/bin/env python3
"""Reviews answered one by one, those of a list, and all of a kind."""
import json
import unittest

from hub import World


class Reviews(unittest.TestCase):
    def test_many_are_answered_at_once(self):
        with World(clients=300, seed=2) as world:
            world.start()
            world.wait_quiet()
            review = lambda *more, **how: world.linchpin("review", world.hub, *more, **how)
            listed = lambda *more: [json.loads(line) for line in review("list", "--json", *more)[1].splitlines()]
            before = listed()
            self.assertGreaterEqual(len(before), 4, "people in doubt")
            first = lambda r: (not r["regulated"], r["since"])
            self.assertEqual([first(r) for r in before], sorted(map(first, before)), "what is regulated, then the oldest")
            asked = next(r for r in before if r["kind"] == "match")
            self.assertEqual([sorted(r["stake"]) for r in before], [["fields", "waits"]] * len(before))
            self.assertTrue(any(r["stake"]["waits"] for r in before), "somebody is not made meanwhile")
            line = next(l for l in review("list")[1].splitlines() if l.startswith(asked["id"]))
            for one in asked["stake"]["fields"][:4] + asked["stake"]["waits"][:4]:
                self.assertIn(one, line)
            self.assertEqual(len(listed("--kind", "match")), len(before))
            self.assertEqual(listed("--kind", "brake"), [])

            status, _, err = review("accept", "all")
            self.assertEqual((status, "--kind match" in err), (2, True), err)
            status, _, err = review("accept", before[0]["id"], "--kind", "match")
            self.assertEqual((status, "one is named" in err), (2, True), err)

            two = review("list")[1].splitlines()[:2]
            status, out, err = review("reject", "-", "--by", "kim", stdin="\n".join(two) + "\n\n")
            self.assertEqual(status, 0, err)
            self.assertEqual(out.splitlines(), [f"{line.split()[0]} rejected" for line in two])
            status, out, err = review("accept", "-", stdin=before[0]["id"] + "\n")
            self.assertEqual((status, out, "1 had an answer already" in err), (0, "", True), err)
            status, _, err = review("accept", "-", stdin="r000000000000\n")
            self.assertEqual((status, "r000000000000: there is no such review" in err), (2, True), err)

            status, out, err = review("reject", "all", "--kind", "match")
            self.assertEqual(status, 0, err)
            self.assertEqual(listed("--kind", "match"), [])
            self.assertEqual(len(listed("--all", "--kind", "match")), len(before))
            world.wait_quiet()
            self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)


if __name__ == "__main__":
    unittest.main()
