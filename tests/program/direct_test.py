#!/usr/bin/env python3
"""A direct flow, played as its page in the guide shows it: a person pays an invoice in Xero, and an app is told, signed."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import threading
import unittest

from hub import ROOT, World, eventually

KEY = os.urandom(32)


def example(page, file):
    """The YAML of a page of the guide whose first line names `file`."""
    with open(os.path.join(ROOT, "docs/guide", page)) as text:
        blocks = re.findall(r"```yaml\n(.*?)```", text.read(), re.S)
    return next(block for block in blocks if file in block.splitlines()[0])


class Portal(http.server.BaseHTTPRequestHandler):
    """The firm's app: it takes what is signed as Standard Webhooks say, and keeps it."""
    told = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        right = hmac.compare_digest(wanted, self.headers["webhook-signature"])
        if right:
            self.told.append((self.path, json.loads(body)))
        self.send_response(204 if right else 401)
        self.end_headers()

    def log_message(self, *_):
        pass


class Direct(unittest.TestCase):
    def write(self, name, text):
        with open(os.path.join(self.world.hub, name), "w") as file:
            file.write(text)

    def told(self):
        return [told for _, told in Portal.told]

    def invoice(self, number, contact):
        line = {"Description": "Advice", "Quantity": 1, "UnitAmount": 100}
        return self.world.edit("xero", "", {"Type": "ACCREC", "InvoiceNumber": number, "Status": "AUTHORISED",
                                            "Contact": {"ContactID": contact}, "LineItems": [line]}, "Invoices")["InvoiceID"]

    def pay(self, invoice):
        self.world.edit("xero", invoice, {"Status": "PAID"}, "Invoices")

    def test_the_example_of_the_guide(self):
        portal = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
        threading.Thread(target=portal.serve_forever, daemon=True).start()
        self.addCleanup(portal.server_close)
        self.addCleanup(portal.shutdown)
        self.world = world = World(clients=20)
        self.addCleanup(world.close)
        self.write("systems/portal.yaml", example("apps.md", "systems/portal.yaml"))
        self.write("flows/tell-portal.yaml", example("point-to-point.md", "flows/tell-portal.yaml"))
        secret = os.path.join(world.secrets, "portal.secret")
        with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write("no key\n")
        self.write("environments/staging.yaml", self.environment() +
                   f"  portal:\n    base_url: http://127.0.0.1:{portal.server_port}\n    path: linchpin\n"
                   f"    auth: {{ secret: \"file:{secret}\" }}\n")

        status, _, err = world.linchpin("run", world.hub, "--once")
        self.assertEqual((status, "environments/staging.yaml:" in err, "portal: the connection's 'secret'" in err),
                         (2, True, True), err)
        with open(secret, "w") as file:
            file.write("whsec_" + base64.b64encode(KEY).decode() + "\n")
        self.assertEqual(world.linchpin("check", world.hub)[0], 0)

        contact = next(iter(world.xero()))
        before = self.invoice("INV-1", contact)
        self.pay(before)
        world.start()
        world.listen_for_webhooks()
        world.wait_quiet()
        invoice = self.invoice("INV-2", contact)
        world.wait_quiet()
        self.assertEqual(self.told(), [], "what is there at first is no change, and an invoice that is not paid tells nobody")
        self.pay(invoice)
        eventually("the portal is told", 60, self.told)
        world.wait_quiet()
        (path, told), = Portal.told
        data = told["data"]
        self.assertEqual(path, "/linchpin")
        self.assertEqual(told["type"], "record.changed")
        self.assertEqual({k: v for k, v in data.items() if k != "id"},
                         {"InvoiceNumber": "INV-2", "Status": "PAID", "client": world.xero()[contact]["Name"]})

        status, out, err = world.linchpin("explain", world.hub, "direct.tell-portal", "xero:" + invoice, "Status")
        self.assertEqual((status, out.splitlines()[0]), (0, "Status = PAID"), err)
        self.assertEqual(world.linchpin("audit", world.hub, "verify")[0], 0)

    def environment(self):
        with open(os.path.join(self.world.hub, "environments/staging.yaml")) as file:
            return file.read()


if __name__ == "__main__":
    unittest.main()
