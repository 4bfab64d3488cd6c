#!/usr/bin/env python3
"""What the program says of its transforms: the list, its JSON, and the page that is made of it."""
import functools
import json
import os
import re
import subprocess
import unittest

import hub

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def transform(*arguments, stdin=""):
    done = subprocess.run([hub.PROGRAM, "transform", *arguments], input=stdin, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def read(text):
    """JSON whose numbers stay as they are written."""
    return json.loads(text, parse_int="#{}#".format, parse_float="#{}#".format)


def written(value):
    return re.sub(r'"#([^#"]*)#"', r"\1", json.dumps(value))


@functools.cache
def listed():
    return read(transform("--list", "--json")[1])["transforms"]


class Transforms(unittest.TestCase):
    def test_the_page_is_what_the_program_says(self):
        with open(os.path.join(ROOT, "docs/guide/transforms.md"), encoding="utf-8") as file:
            page = file.read()
        status, out, err = transform("--list", "--markdown")
        self.assertEqual((status, err), (0, ""))
        self.assertTrue(page == out, "docs/guide/transforms.md is not what the program says: run ./dev docs")

    def test_the_list_is_json_with_all_that_there_is_to_know(self):
        kinds = listed()
        self.assertGreater(len(kinds), 30)
        for kind in kinds:
            self.assertLessEqual({"name", "what", "options", "direction", "inverse", "forms", "examples", "errors"}, set(kind))
            self.assertIn(kind["direction"], ("both", "in", "out", "in or out", None))
            self.assertEqual(kind["inverse"], None if kind["direction"] is None else kind["direction"] == "both")
            self.assertEqual(kind["direction"] is None, kind["forms"] == [])
            for option in kind["options"]:
                self.assertEqual(set(option), {"name", "what", "choices", "otherwise", "where"})
            for example in kind["examples"]:
                self.assertEqual(("output" in example) + ("error" in example), 1, example)
            self.assertEqual({e["category"] for e in kind["errors"]},
                             {e["error"]["category"] for e in kind["examples"] if "error" in e}, kind["name"])

    def test_each_example_gives_what_the_list_says_when_it_is_tried(self):
        for kind in listed():
            status, out, err = transform(kind["name"], stdin="".join(
                written({"input": example["input"], "options": example["options"]}) + "\n" for example in kind["examples"]))
            self.assertEqual(status, 1 if kind["errors"] else 0, err)
            self.assertEqual([read(line) for line in out.splitlines()],
                             [{key: example[key] for key in ("output", "error") if key in example}
                              for example in kind["examples"]], kind["name"])

    def test_an_answer_is_one_line_whatever_ends_a_line(self):
        ends = "a\u0085b\u2028c\u2029d\u000be\u000cf\u001cg"
        status, out, _ = transform("text.exact", stdin=written({"input": ends}) + "\n")
        self.assertEqual((status, len(out.splitlines())), (0, 1), out)
        self.assertEqual(read(out), {"output": ends})

    def test_every_error_of_a_value_is_shown_by_some_transform(self):
        with open(os.path.join(ROOT, "src/base/errors.def"), encoding="utf-8") as file:
            values = set(re.findall(r'^ERROR\(Value\w+, *"(\w+)"', file.read(), re.M))
        shown = {error["category"] for kind in listed() for error in kind["errors"]}
        self.assertEqual(values - shown, set())
        self.assertEqual(shown - values, set(), "an example has a mistake in its options")

    def test_the_list_for_people_has_a_line_for_each_and_all_about_one(self):
        status, out, _ = transform("--list")
        self.assertEqual(status, 0)
        self.assertEqual([line.split()[0] for line in out.splitlines()], [kind["name"] for kind in listed()])
        status, out, _ = transform("text.fit", "--list")
        self.assertEqual(status, 0)
        self.assertTrue(out.startswith("## text.fit\n"), out)
        self.assertIn("`over`", out)
        self.assertNotIn("text.case", out)

    def test_what_is_asked_for_wrongly_is_said(self):
        for arguments, said in ((["--list", "phone.guess"], "there is no transform of that name"),
                                ([], "no transform is named"), (["fold", "--markdown"], "--list")):
            status, out, err = transform(*arguments)
            self.assertEqual((status, out), (2, ""), arguments)
            self.assertIn(said, err)


if __name__ == "__main__":
    unittest.main()
