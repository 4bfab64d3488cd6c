#!/usr/bin/env python3
"""The figures of the likely matcher, as docs/internals/matching.md has them: `./dev figures [--people DIR]`.

DIR (or LINCHPIN_PEOPLE) holds the labelled people: evaluate.py, clients_2k, febrl1 and febrl4. Where it is not there,
nothing is measured, and that is said.

  held out    the client book, and FEBRL 4 without its ssn, in parts by household. What matches a part has learnt from
              the other parts, a made book of 20,000 records and FEBRL 1. The whole list is matched each time, and only
              the people of the part are counted.
  made books  of 10,000 and 100,000 records, by the model that is built in, which has not seen their seeds.

Exit 1 when a bar is not reached. `--learn FILE` writes the model of all of it, which is the one that is built in.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import csv
import importlib.util
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINCHPIN = os.environ.get("LINCHPIN", os.path.join(ROOT, "build", "bin", "linchpin"))
TRIED = (0.999, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)  # for the best F1
BESIDE, BESIDE_SEED = 20000, 12


def run(*arguments):
    done = subprocess.run([LINCHPIN, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("linchpin " + " ".join(arguments) + "\n" + done.stderr)
    return done.stdout


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows, columns):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


class Book:
    """A folder with a CSV file of each system, truth.csv, and where it is known relations.csv."""

    def __init__(self, folder):
        self.folder = folder
        self.files = sorted(os.path.join(folder, f) for f in os.listdir(folder)
                            if f.endswith(".csv") and f not in ("truth.csv", "relations.csv"))
        self.truth = rows_of(os.path.join(folder, "truth.csv"))
        self.person = {(r["system"], r["id"]): r["person"] for r in self.truth}
        kin = os.path.join(folder, "relations.csv")
        self.relations = rows_of(kin) if os.path.exists(kin) else []

    def parts(self, count):
        """By person, the part of the household: who is related in any way is in one part."""
        head = {r["person"]: r["person"] for r in self.truth}

        def find(x):
            while head[x] != x:
                head[x] = head[head[x]]
                x = head[x]
            return x
        for row in self.relations:
            if row["person_a"] in head and row["person_b"] in head:
                one, other = sorted((find(row["person_a"]), find(row["person_b"])))
                head[other] = one
        households = sorted({find(p) for p in head})
        random.Random(7).shuffle(households)
        part = {h: i % count for i, h in enumerate(households)}
        return {p: part[find(p)] for p in head}

    def without(self, part, of, folder):
        """The same files in another folder, where it is not said who those of the part are."""
        os.makedirs(folder)
        for file in self.files:
            os.symlink(file, os.path.join(folder, os.path.basename(file)))
        write_rows(os.path.join(folder, "truth.csv"), [r for r in self.truth if of[r["person"]] != part],
                   ["system", "id", "person"])
        return folder


class Measuring:
    def __init__(self, people, work):
        self.people, self.work = people, work
        spec = importlib.util.spec_from_file_location("evaluate", os.path.join(people, "evaluate.py"))
        self.evaluator = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.evaluator)
        self.hub = os.path.join(work, "hub")
        if not os.path.isdir(self.hub):
            subprocess.run([LINCHPIN, "init", self.hub], check=True, stdout=subprocess.DEVNULL,
                           env=dict(os.environ, HOME=os.path.join(work, "home")))
        # FEBRL replaces one date of birth in twenty: a list for which nobody would write a veto.
        self.list_hub = os.path.join(work, "list-hub")
        shutil.copytree(self.hub, self.list_hub, dirs_exist_ok=True)
        entity = os.path.join(self.list_hub, "entities", "contact.yaml")
        with open(entity) as file:
            text = file.read()
        with open(entity, "w") as file:
            file.write(re.sub(r"\n  never: .*", "", text))

    def open_set(self, name):
        return Book(os.path.join(self.people, name))

    def made(self, seed, records):
        folder = os.path.join(self.work, f"made-{seed}-{records}")
        if not os.path.isdir(folder):
            run("bench", "match", "--seed", str(seed), "--records", str(records), "--write", folder, "--json")
        return Book(folder)

    def learn(self, first, beside, model):
        run("match", self.hub, "contact", *Book(first).files, "--train", os.path.join(first, "truth.csv"), "--model",
            model, *[a for folder in beside for a in ("--with", folder)])
        return model

    def match(self, book, hub, *options):
        review = tempfile.mktemp(dir=self.work)
        clusters = list(csv.DictReader(io.StringIO(run("match", hub, "contact", *book.files, "--review", review,
                                                       *options))))
        questions = rows_of(review)
        os.remove(review)
        return clusters, questions

    def score(self, book, results, of=None):
        """What each part's result says of that part's people, together. `results`: by part, clusters and questions. A pair
        with a record of another part is seen from both sides, and so counts half each time."""
        clusters, questions, across = [], [], 0
        part_of = lambda row, s="system", i="id": of[book.person[row[s], row[i]]] if of else 0
        for part, (rows, asked) in results.items():
            clusters += [dict(r, golden_id=f"{part} {r['golden_id']}") for r in rows if part_of(r) == part]
            questions += [q for q in asked if part_of(q, "system_a", "id_a") == part]
            inside, outside = (collections.Counter(r["golden_id"] for r in rows if (part_of(r) == part) == own)
                               for own in (True, False))
            across += sum(count * outside[golden] for golden, count in inside.items()) / 2
        out = self.evaluator.evaluate(clusters, book.truth, book.relations, questions)
        p = out["pairwise"]
        p["across"] = across
        p["precision"] = p["right"] / max(p["put_together"] + across, 1)
        p["f1"] = 2 * p["precision"] * p["recall"] / (p["precision"] + p["recall"])
        return out


def best_f1(scores):
    bar = max(scores, key=lambda t: scores[t]["pairwise"]["f1"])
    return scores[bar]["pairwise"]["f1"], bar


class Table:
    def __init__(self):
        self.short, self.rows = 0, []

    def row(self, what, value, bar=None, aim=None, least=True, digits=4):
        holds = bar is None or (value >= bar if least else value <= bar)
        self.short += not holds
        text = lambda x: "" if x is None else f"{x:.{digits}f}".rstrip("0").rstrip(".") if isinstance(x, float) else str(x)
        print(f"{'' if bar is None else 'holds' if holds else 'SHORT':6} {what:62} {text(value):>9}"
              f"  {'' if bar is None else ('>= ' if least else '<= ') + text(bar):10} {'' if aim is None else 'aim ' + text(aim)}",
              flush=True)

    def book(self, name, defaults, scores, least):
        p, f = defaults["pairwise"], defaults["false_merges"]
        self.row(f"{name}: precision, nobody asked", p["precision"], 0.999, 0.9995, digits=5)
        self.row(f"{name}: recall, nobody asked", p["recall"], *least["recall"])
        self.row(f"{name}: false merges for 10,000 golden records", f["per_10k_golden"], 3, 1, least=False, digits=2)
        self.row(f"{name}: most people in one golden record", f["largest"], 2, least=False)
        self.row(f"{name}: strangers in one", f["by_relation"].get("stranger", 0), 0, least=False)
        print("         " + str(f["by_relation"]))
        value, bar = best_f1(scores)
        self.row(f"{name}: one threshold, best F1 (at {bar})", value, *least["f1"])
        q = defaults["review"]
        self.row(f"{name}: reviews for 1,000 records", q["per_1k_records"], 120, 80, least=False, digits=1)
        self.row(f"{name}: reviews answered yes", q["yield"], 0.7, 0.8, digits=3)
        self.row(f"{name}: recall when all are answered", q["recall_after"], 0.96, 0.97)


def cross_validate(m, table, pool):
    clients, febrl, first = m.open_set("clients_2k"), m.open_set("febrl4"), m.open_set("febrl1")
    beside = m.made(BESIDE_SEED, BESIDE)
    of, of_febrl = clients.parts(4), febrl.parts(4)

    def model_of(part):
        folder = os.path.join(m.work, f"part-{part}")
        others = clients.without(part, of, folder)
        list_others = febrl.without(part, of_febrl, folder + "-febrl")
        return m.learn(others, [beside.folder, first.folder, list_others], folder + ".json")
    models = dict(enumerate(pool.map(model_of, range(4))))

    def results(book, hub, *options):
        return dict(zip(models, pool.map(lambda part: m.match(book, hub, "--model", models[part], *options), models)))
    default = m.score(clients, results(clients, m.hub), of)
    tried = {t: m.score(clients, results(clients, m.hub, "--accept", str(t), "--ask", "0.01"), of) for t in TRIED}
    print("client book of 1,990 records, cross-validated in 4 parts by household")
    table.book("held out", default, tried, {"recall": (0.72, 0.8), "f1": (0.945, 0.96)})
    print("         bar: precision, recall, F1, false merges")
    for t, s in tried.items():
        p, f = s["pairwise"], s["false_merges"]
        print(f"         {t}: {p['precision']:.5f} {p['recall']:.4f} {p['f1']:.4f}  {f['count']} {f['by_relation']}"
              f" and {p['across']:g} pairs with people of other parts")
    tried = {t: m.score(febrl, results(febrl, m.list_hub, "--accept", str(t)), of_febrl) for t in TRIED}
    value, bar = best_f1(tried)
    table.row(f"FEBRL 4 without ssn, cross-validated: best F1 (at {bar})", value, 0.998, 0.999, digits=5)
    p = tried[0.5]["pairwise"]
    print(f"         at 0.5: precision {p['precision']:.5f} recall {p['recall']:.5f} F1 {p['f1']:.5f}")


def measure_made(m, table, pool):
    for seed, records, least in ((1, 10000, {"recall": (0.72, 0.8), "f1": (0.945, 0.96)}),
                                 (2, 100000, {"recall": (0.62, 0.75), "f1": (0.935, 0.955)})):
        book = m.made(seed, records)
        start = time.monotonic()
        default = m.score(book, {0: m.match(book, m.hub, *m.model)})
        print(f"made book of {records:,} records, {time.monotonic() - start:.1f} s with reading and scoring")
        at = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
        tried = dict(zip(at, pool.map(lambda t: m.score(book, {0: m.match(book, m.hub, "--accept", str(t), *m.model)}), at)))
        table.book(f"made {records // 1000}k", default, tried, least)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--people", default=os.environ.get("LINCHPIN_PEOPLE"))
    a.add_argument("--learn", metavar="FILE", help="write the model that has learnt from everything, and stop")
    a.add_argument("--model", help="measure the made books by this model instead of the one built in")
    a.add_argument("--only", choices=("held-out", "made"))
    a.add_argument("--work", help="work in this folder, and keep it")
    o = a.parse_args()
    people = o.people if o.people and os.path.isdir(o.people) else None
    table = Table()
    with contextlib.ExitStack() as stack:
        work = o.work or stack.enter_context(tempfile.TemporaryDirectory(prefix="linchpin-figures-"))
        os.makedirs(work, exist_ok=True)
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(os.cpu_count()))
        if not people:
            print("figures: skipped, since the labelled people are not there: --people DIR", file=sys.stderr)
            return 0
        m = Measuring(people, work)
        m.model = ["--model", o.model] if o.model else []
        if o.learn:
            m.learn(m.open_set("clients_2k").folder, [m.made(BESIDE_SEED, BESIDE).folder, m.open_set("febrl1").folder,
                                                      m.open_set("febrl4").folder], o.learn)
            return 0
        if o.only != "made":
            cross_validate(m, table, pool)
        if o.only != "held-out":
            measure_made(m, table, pool)
    return 1 if table.short else 0


if __name__ == "__main__":
    sys.exit(main())
