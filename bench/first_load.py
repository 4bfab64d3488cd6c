#!/usr/bin/env python3
"""Two full systems linked, and compared again: `./dev bench first-load [--people N] [--json]`.

Two sandboxes of N people each, seven in ten of them in both (tests/program/two_lists.py), and in the same run:

  by hand      every page of both read, one after another, by one connection: the sandboxes' own rate
  plain merge  the same rows into one table of SQLite by e-mail or name, in groups of 100, each commit on the disk (WAL,
               synchronous=FULL): no matching, no sealing, no audit
  first load   the hub in `mode: link`: read, sealed, matched by rules and likeness, linked
  reconcile    `linchpin reconcile` of two other systems, live and in agreement: all is read again and nothing differs. The
               first one opens every record; the second has only to look which are as they were

Exit 1 when a bar is not reached.
"""
import argparse
import json
import os
import sqlite3
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "program"))
from hub import World  # noqa: E402
from two_lists import Lists, lay_out  # noqa: E402

GROUP = 100
FIRST_LOAD_BAR, FIRST_LOAD_AIM, RECONCILE_BAR, MEMORY_BAR = 2_000, 5_000, 20_000, 256


def rows_of(lists):
    """(system, id, given, family, email, phone) of every record."""
    for r in lists.hubspot:
        yield ("hubspot", r["id"], *(r["properties"].get(p, "") for p in ("firstname", "lastname", "email", "phone")))
    for r in lists.xero:
        yield ("xero", r["ContactID"], r["FirstName"], r["LastName"], r["EmailAddress"],
               r["Phones"][0]["PhoneNumber"] if "Phones" in r else "")


def plain_merge(folder, rows):
    """Who has an e-mail is known by it, the others by their name; the later row wins."""
    db = sqlite3.connect(os.path.join(folder, "plain.db"), isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE person (key TEXT PRIMARY KEY, given TEXT, family TEXT, email TEXT, phone TEXT, hubspot TEXT, "
               "xero TEXT) WITHOUT ROWID")
    for at in range(0, len(rows), GROUP):
        db.execute("BEGIN")
        for system in ("hubspot", "xero"):
            db.executemany(f"INSERT INTO person (key, given, family, email, phone, {system}) VALUES (?,?,?,?,?,?) "
                           "ON CONFLICT (key) DO UPDATE SET given=excluded.given, family=excluded.family, "
                           f"email=excluded.email, phone=excluded.phone, {system}=excluded.{system}",
                           [(r[4].lower() or f"{r[2]} {r[3]}".lower(), *r[2:6], r[1])
                            for r in rows[at:at + GROUP] if r[0] == system])
        db.execute("COMMIT")
    db.close()


class Measurement:
    def __init__(self, people, progress):
        self.progress, self.figures = progress, {}
        self.people, self.records, self.world = people, 2 * people, None

    def world_of(self, clients):
        self.world = World(clients=clients)
        return self.world

    def took(self, what, act):
        self.progress(what)
        began, cpu = time.monotonic(), self.world.processor_seconds()
        act()
        seconds, cpu = time.monotonic() - began, self.world.processor_seconds() - cpu
        self.figures[what] = {"records_per_second": round(self.records / seconds), "seconds": round(seconds, 1)}
        if cpu:
            self.figures[what]["processor_seconds"] = round(cpu, 1)

    def started(self):
        self.world.start(60 + self.records)
        self.world.wait_quiet_seldom(60 + self.records, 0.25)

    def reconcile(self):
        status, out, err = self.world.linchpin("reconcile", self.world.hub, "--json", timeout=60 + self.records)
        if status != 0 or sum(r["discrepant_fields"] for r in json.loads(out)["rows"]) != 0:
            raise SystemExit("reconcile found a difference where there is none: " + out + err)

    def read(self):
        if (read := self.world.read_all_pages()) != self.records:
            raise SystemExit(f"by hand {read} of {self.records} records were read")

    def run(self):
        lists = Lists(self.people, 7)
        rows = list(rows_of(lists))
        with self.world_of(0) as world:
            lay_out(world, lists)
            self.took("by hand", self.read)
            self.took("plain merge", lambda: plain_merge(world.folder, rows))
            self.took("first load", self.started)
            self.figures["first load"]["resident_mib_most"] = round(world.memory_mib())
        with self.world_of(self.people) as world:
            world.without_checks()
            self.progress("live and in agreement")
            self.started()
            self.records = world.read_all_pages()  # fewer than it holds: what is archived is not listed
            self.took("by hand, in agreement", self.read)
            self.took("reconcile, the first", self.reconcile)
            self.took("reconcile", self.reconcile)
            self.figures["reconcile"]["resident_mib_most"] = round(world.memory_mib())
        return self.figures


def bars(figures):
    """(what, measured, at least or at most, unit, holds)"""
    own = figures["by hand, in agreement"]["records_per_second"]
    least = min(RECONCILE_BAR, own // 2)
    first, again = (figures[w]["records_per_second"] for w in ("first load", "reconcile"))
    memory = max(figures[w]["resident_mib_most"] for w in ("first load", "reconcile"))
    return [(f"first load (aim {FIRST_LOAD_AIM})", first, f">= {FIRST_LOAD_BAR}", "records/s", first >= FIRST_LOAD_BAR),
            (f"reconcile, nothing differs (the sandboxes' own rate: {own})", again, f">= {least}", "records/s", again >= least),
            ("resident memory, the most", memory, f"<= {MEMORY_BAR}", "MiB", memory <= MEMORY_BAR)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000, help="in each system (default: 10000)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = Measurement(options.people, lambda what: print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr)).run()
    judged = bars(figures)
    if options.json:
        print(json.dumps({"people": options.people, "measured": figures, "bars": [
            dict(zip(("what", "measured", "bar", "unit", "holds"), b)) for b in judged]}))
    else:
        for what, figure in figures.items():
            print(f"{what:22} " + ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in figure.items()))
        for what, measured, bar, unit, holds in judged:
            print(f"{'holds' if holds else 'falls short':12} {what:65} {measured} {bar} {unit}")
    return 0 if all(b[-1] for b in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
