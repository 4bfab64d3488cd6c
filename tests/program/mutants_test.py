#!/usr/bin/env python3
"""The defects that the simulator plants are in the simulator, and in nothing else."""
import os
import re
import subprocess
import unittest

import hub

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIMULATOR = os.path.join(os.path.dirname(hub.PROGRAM), "linchpin-sim")


def listed():
    with open(os.path.join(ROOT, "src/base/mutants.def"), encoding="utf-8") as file:
        return re.findall(r'^MUTANT\((\w+), (\w+), (\w+), \d+,\s*"(.+)"\)$', file.read(), re.M)


def content(path):
    with open(path, "rb") as file:
        return file.read()


class Mutants(unittest.TestCase):
    def test_the_program_has_none_of_them(self):
        program, simulator = content(hub.PROGRAM), content(SIMULATOR)
        for name, _, _, what in listed():
            self.assertIn(what.encode(), simulator, name)
            self.assertNotIn(what.encode(), program, name)
            self.assertNotIn(name.encode() + b"\0", program, name)
        self.assertIn(b"planted_mutant", simulator)
        self.assertNotIn(b"planted_mutant", program)

    def test_the_simulator_lists_them_in_order(self):
        lines = subprocess.run([SIMULATOR, "--mutants"], check=True, capture_output=True, text=True).stdout.splitlines()
        self.assertEqual([line.split()[:3] for line in lines],
                         [[name, breaks, seen_by] for name, breaks, seen_by, _ in listed()])


if __name__ == "__main__":
    unittest.main()
