#!/usr/bin/env python3
"""The discovery document: every mapping decision with its logic, its reason and its history; as pages that everybody can
read, as CSV and as JSON."""
import csv
import html.parser
import io
import json
import os
import re
import shutil
import unittest

from hub import World

VOID = {"meta", "link", "br", "img", "hr", "input", "rect", "line", "path", "circle"}


class Page(html.parser.HTMLParser):
    """A page's elements, in order, and what is wrong with how they are nested."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.wrong, self.text = [], [], [], []
        self.feed(text)
        self.close()
        if self.open:
            self.wrong.append(f"never closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def all(self, *tags):
        return [(tag, attributes) for tag, attributes in self.elements if tag in tags]

    @property
    def words(self):
        return re.sub(r"\s+", " ", " ".join(self.text))


class Docs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(clients=20)
        cls.addClassCleanup(cls.world.close)

    def write(self, path, text):
        with open(path, "w") as file:
            file.write(text)

    def rewrite(self, name, was, becomes):
        path = os.path.join(self.world.hub, name)
        with open(path) as file:
            text = file.read()
        self.assertIn(was, text)
        self.write(path, text.replace(was, becomes, 1))
        self.addCleanup(self.write, path, text)

    def add(self, name, text):
        path = os.path.join(self.world.hub, name)
        self.write(path, text)
        self.addCleanup(os.remove, path)

    def docs(self, *options, status=0):
        done, out, err = self.world.linchpin("docs", self.world.hub, *options)
        self.assertEqual(done, status, err)
        return out if status == 0 else err

    def site(self, name="site"):
        folder = os.path.join(self.world.folder, name)
        self.docs("--out", folder)
        pages = {}
        for file in sorted(os.listdir(folder)):
            if file.endswith(".html"):
                with open(os.path.join(folder, file), encoding="utf-8") as page:
                    pages[file] = Page(page.read())
        return folder, pages

    def decision(self, mapping, field):
        found = [d for d in json.loads(self.docs("--json"))["decisions"] if (d["mapping"], d["field"]) == (mapping, field)]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_every_page_can_be_read_by_everybody(self):
        folder, pages = self.site("pages")
        self.assertIn("index.html", pages)
        self.assertIn("mapping-xero.contacts.html", pages)
        self.assertIn("system-hubspot.html", pages)
        self.assertIn("entity-contact.html", pages)
        for name, page in pages.items():
            with self.subTest(page=name):
                self.assertEqual(page.wrong, [])
                self.assertEqual(page.all("script"), [], "no page needs a script")
                self.assertEqual(page.all("html")[0][1]["lang"], "en")
                self.assertIn(("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}), page.elements)
                levels = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3", "h4")]
                self.assertEqual(levels.count(1), 1)
                self.assertTrue(all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels)
                self.assertEqual(len(page.all("main")), 1)
                self.assertEqual(len(page.all("caption")), len(page.all("table")), "every table says what it is")
                for _, attributes in page.all("th"):
                    self.assertIn(attributes.get("scope"), ("col", "row"))
                for _, attributes in page.all("a"):
                    to = attributes["href"].split("#")[0]
                    self.assertTrue(not to or os.path.exists(os.path.join(folder, to)), to)
                ids = [a["id"] for _, a in page.elements if "id" in a]
                self.assertEqual(len(ids), len(set(ids)))

    def test_the_picture_says_in_words_what_it_shows(self):
        _, pages = self.site("picture")
        page = pages["index.html"]
        self.assertEqual(page.all("svg")[0][1]["role"], "img")
        self.assertEqual(page.all("svg")[0][1]["aria-labelledby"], "map-title map-told")
        self.assertIn("hubspot gives xero", page.words)
        gives = json.loads(self.docs("--json"))["gives"]
        hubspot = next(g for g in gives if (g["from"], g["to"], g["entity"]) == ("hubspot", "xero", "contact"))
        self.assertIn("email", hubspot["fields"])
        self.assertNotIn("account_number", hubspot["fields"], "it is read from Xero and written nowhere")
        checked = next(g for g in gives if (g["from"], g["to"]) == ("idcheck", "hubspot"))
        self.assertEqual(sorted(checked["fields"]), ["verification", "verified_at"])
        self.assertTrue(checked["regulated"])

    def test_a_decision_has_its_logic_its_reason_and_its_inverse(self):
        one = self.decision("xero.contacts", "phone")
        self.assertEqual(one["path"], "Phones[PhoneType=MOBILE]")
        self.assertTrue(one["transform"].startswith("phone.join("), one["transform"])
        self.assertEqual(one["direction"], "both")
        self.assertEqual(one["why"], "Xero stores the number in three parts")
        self.assertEqual(one["inverse"], "the same, read backwards")
        self.assertEqual(one["chosen_by"], "the latest")
        records = self.decision("xero.contacts", "")
        self.assertEqual(records["transform"], '.FirstName != null and .FirstName != ""')
        _, pages = self.site("logic")
        self.assertIn("Xero stores the number in three parts", pages["mapping-xero.contacts.html"].words)
        self.assertIn("at most personal", pages["system-xero.html"].words)
        self.assertIn("Accounts and invoices of the practice's clients", pages["system-xero.html"].words)
        self.assertIn("owner hubspot", pages["entity-contact.html"].words)
        self.assertIn("Never, where date_of_birth differs.", pages["entity-contact.html"].words)

    def test_the_csv_is_safe_to_open_and_has_a_row_for_each_entry(self):
        rows = list(csv.DictReader(io.StringIO(self.docs("--csv"))))
        self.assertEqual(len(rows), len(json.loads(self.docs("--json"))["decisions"]))
        outcome = next(r for r in rows if (r["mapping"], r["field"]) == ("idcheck.verifications", "outcome"))
        self.assertTrue(outcome["transform"].startswith("'=if .outcome"), "no cell is a formula")
        self.assertEqual(outcome["why"], "A rejection and its reasons stay with the provider")

    def test_a_decision_without_a_reason_is_told(self):
        self.rewrite("mappings/hubspot.contacts.yaml", "    why: HubSpot keeps every property as a text\n", "")
        status, out, _ = self.world.linchpin("check", self.world.hub, "--json")
        self.assertEqual(status, 0)
        warnings = [w for w in json.loads(out)["warnings"] if w["code"] == "reason_missing"]
        self.assertEqual(len(warnings), 1)
        self.assertIn("marketing_consent", warnings[0]["message"])
        _, pages = self.site("unreasoned")
        self.assertIn("Decisions that do not say why", pages["index.html"].words)
        self.assertIn("none is given", pages["mapping-hubspot.contacts.html"].words)

    def test_what_people_carry_by_hand_is_in_the_map(self):
        self.add("flows/payroll.yaml", "flow: payroll\nmanual: the bookkeeper types it on Fridays\nfrom: a spreadsheet\nto: xero\n"
                 "fields: [salary]\nwhy: the payroll service has no interface\n")
        _, pages = self.site("by-hand")
        self.assertIn("the bookkeeper types it on Fridays", pages["flows.html"].words)
        self.assertIn("a spreadsheet gives xero 1 field by hand", pages["index.html"].words)
        self.assertTrue(any("stroke-dasharray" in a for _, a in pages["index.html"].all("line")))

    def test_what_somebody_wrote_is_text_and_never_markup(self):
        self.rewrite("mappings/xero.contacts.yaml", "why: The bookkeeper gives it",
                     "why: '<script>alert(1)</script> & \"<b>\"'")
        _, pages = self.site("markup")
        for page in pages.values():
            self.assertEqual(page.all("script", "b"), [])
        self.assertIn('<script>alert(1)</script> & "<b>"', pages["mapping-xero.contacts.html"].words)

    def test_the_history_says_who_changed_what_and_why(self):
        world = World(clients=10)
        self.addCleanup(world.close)
        status, out, err = world.linchpin("docs", world.hub, "--json")
        self.assertEqual(status, 0, err)
        self.assertIn("No version of these files has been applied yet", json.loads(out)["register"])
        self.assertFalse(os.path.exists(os.path.join(world.hub, "data")), "a document makes no store")

        world.start()
        path = os.path.join(world.hub, "mappings/xero.contacts.yaml")
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(text.replace("why: Xero stores the number in three parts", "why: Three parts; see the vendor's page"))
        entity = os.path.join(world.hub, "entities/contact.yaml")
        with open(entity) as file:
            text = file.read()
        self.assertIn('"0400000000"', text)
        self.write(entity, text.replace('"0400000000"', '"0400000000", "0499999999"'))

        def phone():
            status, out, err = world.linchpin("docs", world.hub, "--json")
            self.assertEqual(status, 0, err)
            said = json.loads(out)
            return next(d for d in said["decisions"] if (d["mapping"], d["field"]) == ("xero.contacts", "phone")), said

        one, said = phone()
        self.assertEqual([v["version"] for v in one["history"]], [0, 1], "what is not applied yet stands first")
        world.wait_quiet()
        status, out, err = world.linchpin("plan", world.hub, "--json")
        self.assertEqual(status, 0, err)
        status, out, err = world.linchpin("apply", world.hub, "--plan", json.loads(out)["hash"], "--by", "mia", "--why",
                                          "the auditor asked")
        self.assertEqual(status, 0, err)
        for running in (True, False):
            with self.subTest(running=running):
                if not running:
                    self.assertEqual(world.stop(), 0)
                one, said = phone()
                self.assertEqual(said["register"], "")
                last = one["history"][0]
                self.assertEqual((last["version"], last["by"], last["why"]), (2, "mia", "the auditor asked"))
                self.assertEqual(last["changes"][0]["path"], "fields.phone.why")
                self.assertEqual(len(one["history"]), 2)
        folder = os.path.join(world.folder, "site")
        self.assertEqual(world.linchpin("docs", world.hub, "--out", folder)[0], 0)
        with open(os.path.join(folder, "mapping-xero.contacts.html"), encoding="utf-8") as page:
            words = Page(page.read()).words
        self.assertIn("by mia: the auditor asked", words)
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as page:
                self.assertNotIn("0499999999", page.read(), "a value that identifies nobody is a value")

    def test_a_register_that_cannot_be_read_is_said_and_the_rest_is_there(self):
        os.mkdir(os.path.join(self.world.hub, "data"))
        self.addCleanup(lambda: shutil.rmtree(os.path.join(self.world.hub, "data")))
        path = os.path.join(self.world.secrets, "master.key")
        os.rename(path, path + ".away")
        self.addCleanup(os.rename, path + ".away", path)
        said = json.loads(self.docs("--json"))
        self.assertIn("The register could not be read", said["register"])
        self.assertIn("master", said["register"])
        self.assertGreater(len(said["decisions"]), 10)

    def test_pages_go_into_an_empty_folder_or_their_own(self):
        folder, _ = self.site("again")
        stale = os.path.join(folder, "mapping-gone.html")
        open(stale, "w").close()
        mine = os.path.join(folder, "notes.txt")
        open(mine, "w").close()
        self.docs("--out", folder)
        self.assertFalse(os.path.exists(stale), "the page of a mapping that is gone is gone")
        self.assertTrue(os.path.exists(mine), "what others put there stays")
        other = os.path.join(self.world.folder, "other")
        os.mkdir(other)
        open(os.path.join(other, "thesis.txt"), "w").close()
        self.assertIn("holds something else", self.docs("--out", other, status=2))
        self.assertIn("it is not said where the pages go", self.docs(status=2))

    def test_two_runs_make_the_same_pages(self):
        one, _ = self.site("one")
        two, _ = self.site("two")
        for name in sorted(os.listdir(one)):
            with open(os.path.join(one, name), "rb") as a, open(os.path.join(two, name), "rb") as b:
                self.assertEqual(a.read(), b.read(), name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
