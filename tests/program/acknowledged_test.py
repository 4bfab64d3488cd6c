#!/usr/bin/env python3
"""The tests of crashes can fail: of webhooks that are acknowledged and thrown away, each is counted as lost."""
import http.server
import threading
import unittest

from hub import Senders, World, crash_stores, eventually


class Leak(http.server.ThreadingHTTPServer):
    """Hands HubSpot's webhooks to the hub, but every third of the senders': that one is answered 200, and is gone."""

    daemon_threads = True

    def __init__(self, world):
        super().__init__(("127.0.0.1", 0), Leak.Handler)
        self.world, self.lock, self.number, self.thrown = world, threading.Lock(), 0, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()
        world.control("hubspot", "webhook-target", {"url": f"http://127.0.0.1:{self.server_port}/"})

    def throws(self, body):
        with self.lock:
            self.number += len(body) >= Senders.SHORTEST
            gone = len(body) >= Senders.SHORTEST and self.number % 3 == 0
            self.thrown += gone
        return gone

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gone, world = self.server.throws(body), self.server.world
            self.send_response(200 if gone else world.webhook("hubspot", body, dict(self.headers)).status)
            self.end_headers()

        def log_message(self, *_):
            pass


class Acknowledged(unittest.TestCase):
    def test_what_is_acknowledged_and_thrown_away_is_missed(self):
        for store in crash_stores():
            with self.subTest(store=store), World(clients=5, store=store) as world:
                world.start()
                with Leak(world) as leak:
                    senders = Senders(world, next(iter(world.hubspot())), every=0.01)
                    self.addCleanup(senders.stop)
                    eventually("some are acknowledged", 30, lambda: senders.acknowledged.total() >= 30)
                    senders.stop()
                    leak.shutdown()
                world.kill()
                with self.assertRaises(AssertionError) as missed:
                    senders.judge(self)
                self.assertGreater(leak.thrown, 0)
                lost = f"{leak.thrown} of {senders.acknowledged.total()} acknowledged webhooks are not in the inbox"
                self.assertIn(lost, str(missed.exception))


if __name__ == "__main__":
    unittest.main()
