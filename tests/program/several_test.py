#!/usr/bin/env python3
"""Three processes of one hub on one PostgreSQL: killed and paused at random under load and with faults on, and then the primary itself
killed and its synchronous standby promoted. At the end every system agrees, no acknowledged change is missing, nothing is
doubled, and each webhook that was acknowledged is in the new primary's inbox.

SEVERAL_ROUNDS: how often a process is killed or paused (default 6). SEVERAL_SEED: when and which.
"""
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

import hub
import postgres
from crash_test import FAULTS, Load, judge
from hub import PROGRAM, Senders, World, call, eventually, free_port

ROUNDS = int(os.environ.get("SEVERAL_ROUNDS") or 6)
SEED = int(os.environ.get("SEVERAL_SEED") or 1)


class Balancer(threading.Thread):
    """Hands each connection to one of the ports, in turns; one that refuses is left out, as a firm's own balancer does."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.ports, self.turn = ports, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        for _ in self.ports:
            self.turn = (self.turn + 1) % len(self.ports)
            try:
                server = socket.create_connection(("127.0.0.1", self.ports[self.turn]), timeout=2)
            except OSError:
                continue
            with server, client:
                server.settimeout(10)
                back = threading.Thread(target=self.copy, args=(server, client), daemon=True)
                back.start()
                self.copy(client, server)
                back.join()
            return
        client.close()

    @staticmethod
    def copy(source, to):
        try:
            while data := source.recv(65536):
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, to):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        self.listener.close()


class Process:
    def __init__(self, folder, port, log):
        self.folder, self.port, self.log = folder, port, log
        self.process, self.paused = None, False

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "run", self.folder, "--port", str(self.port)], stdout=log, stderr=log)

    def health(self):
        """"ready, active", "ready, standing by", "not ready, …"; "" when it does not answer."""
        if self.process is None or self.paused:
            return ""
        if self.process.poll() is not None:
            with open(self.log, errors="replace") as log:
                raise AssertionError(f"a hub ended with {self.process.returncode}: " + log.read()[-1500:])
        try:
            return call("GET", f"http://127.0.0.1:{self.port}/health/ready", timeout=2).body.decode().strip()
        except (OSError, http.client.HTTPException):
            return ""

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process, self.paused = None, False

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)
        self.paused = True

    def resume(self):
        self.process.send_signal(signal.SIGCONT)
        self.paused = False


class Several(World):
    """A world whose hub is several processes behind a balancer."""

    def __init__(self, store, count=3, **world):
        super().__init__(store=store, **world)
        ports = [free_port() for _ in range(count)]
        self.balancer = Balancer(ports)
        self.base = f"http://{self.balancer.address}"
        path = os.path.join(self.hub, "environments/staging.yaml")
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(re.sub(r"public_url: .*", f"public_url: {self.base}", text))
        self.processes = []
        for n, port in enumerate(ports):
            folder = os.path.join(self.folder, f"hub-{n}")
            shutil.copytree(self.hub, folder)
            self.processes.append(Process(folder, port, os.path.join(self.folder, f"hub-{n}.log")))

    def close(self):
        for process in getattr(self, "processes", []):
            if process.process:
                process.kill()
        if hasattr(self, "balancer"):
            self.balancer.close()
        super().close()

    def start(self, ready_within=60):
        for process in self.processes:
            if not process.process:
                process.start()
        return eventually("all are ready, one of them active", ready_within, self.all_ready)[1]

    def all_ready(self):
        said = [p.health() for p in self.processes]
        return said.count("ready, active") == 1 and said.count("ready, standing by") == len(said) - 1

    def active(self, within=30):
        """The one that works; World's commands go to its folder."""
        process = eventually("one is active", within,
                             lambda: next((p for p in self.processes if p.health() == "ready, active"), None))[0]
        self.hub = process.folder
        return process

    def ask(self, command, **members):
        self.active()
        return super().ask(command, **members)

    def app_token(self, name):
        """As World's, from whichever works: on a busy machine the claim may change hands in between."""
        def added():
            self.active()
            status, out, _ = self.linchpin("app", self.hub, "add", name)
            return status == 0 and out.strip()

        return eventually("an app is added", 60, added, 1)[0]

    def wait_quiet(self, within=120):
        """As World's; one that takes over meanwhile starts the second anew."""
        quiet_since = [None]

        def quiet():
            try:
                is_quiet = self.ask("status")["quiet"]
            except (AssertionError, OSError, http.client.HTTPException):
                is_quiet = False
            if not is_quiet:
                quiet_since[0] = None
                return False
            quiet_since[0] = quiet_since[0] or time.monotonic()
            return time.monotonic() - quiet_since[0] >= 1

        return eventually("the hub is quiet", within, quiet)[1]


def linked_pairs(world, token):
    waiting = {r["golden"] for r in world.reviews()} | {r["record"] for r in world.reviews()}
    pairs = []
    for person in world.people(token):
        links = {link["system"]: link["record"] for link in person["links"]}
        if {"hubspot", "xero"} <= links.keys() and not {person["id"], *links.values()} & waiting:
            pairs.append((links["hubspot"], links["xero"]))
    return pairs


class SeveralProcesses(unittest.TestCase):
    def begin(self, world):
        world.start()
        world.listen_for_webhooks()
        world.wait_quiet()
        token = world.app_token("several-test")
        pairs = linked_pairs(world, token)
        self.assertGreater(len(pairs), 20)
        world.faults(**FAULTS)
        load = Load(world, pairs)
        senders = Senders(world, pairs[0][0])
        load.start()
        return token, load, senders

    def disturb(self, world, chance):
        """One process, the one that works more often than not, is killed, or paused for longer or shorter than its lease."""
        active = world.active()
        chosen = chance.choice([active, active, chance.choice(world.processes)])
        time.sleep(chance.uniform(0, 0.5))
        if chance.random() < 0.5:
            chosen.kill()
            time.sleep(chance.uniform(0, 2))
        else:
            chosen.pause()
            time.sleep(chance.choice([1, 7]))
            chosen.resume()
        return world.start(60)

    def test_three_processes_killed_and_paused_and_then_their_primary_lose_and_double_nothing(self):
        chance = random.Random(SEED)
        with postgres.Server(name="first") as primary:
            with postgres.Server(name="second", primary=primary) as standby:
                # From here a commit is answered when the standby has it on its disk.
                primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'second'")
                primary.sql("SELECT pg_reload_conf()")
                eventually("the standby is synchronous", 20, lambda: primary.sql(
                    "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").strip() == "1")
                with Several(primary.url(standby), clients=60) as world:
                    self.several(world, chance, primary, standby)

    def several(self, world, chance, primary, standby):
        token, load, senders = self.begin(world)
        readies = []
        try:
            for _ in range(ROUNDS):
                readies.append(self.disturb(world, chance))
            time.sleep(1)
            primary.kill()
            time.sleep(chance.uniform(0, 1))
            standby.promote()
            # Nobody copies from the new primary yet.
            standby.sql("ALTER SYSTEM RESET synchronous_standby_names")
            standby.sql("SELECT pg_reload_conf()")
            promoted = world.start(60)
            time.sleep(2)
        finally:
            load.stop()
            senders.stop()
        self.assertEqual(load.failed, [])
        world.faults()
        # What was told while nobody listened is told again within a minute: a sweep need not wait for it.
        world.ask("sync", flow="clients")
        took = world.wait_quiet(300)
        world.active()
        kept = senders.judge(self, standby)
        print(f"seed {SEED}: {ROUNDS} kills and pauses, {load.edits} edits; {kept}; "
              f"all ready again in {max(readies):.1f} s at most, {promoted:.1f} s after the promotion; "
              f"quiet {took:.0f} s after the load")
        judge(self, world, token, load)
        self.standing_by(world, token)

    def standing_by(self, world, token):
        """What one that does not work says: what only reads is answered, for the rest it says whom to ask."""
        active = world.active()
        other = next(p for p in world.processes if p is not active)

        def refused():  # the claim may change hands meanwhile, on a busy machine
            before = world.active()
            beside = next(p for p in world.processes if p is not before)
            status, _, err = world.linchpin("app", beside.folder, "add", "another")
            return world.active() is before and (before.port, status, err)

        (port, status, err), _ = eventually("nobody takes over meanwhile", 60, refused)
        self.assertEqual(status, 3)
        self.assertIn(f"127.0.0.1:{port}", err)

        def served():  # its connection ended with the old primary: the first to ask may get a 503, and asks again
            page = call("GET", f"http://127.0.0.1:{other.port}/process/contact?limit=5", headers={"Authorization": "Bearer " + token})
            self.assertIn(page.status, (200, 503), page.body)
            return page.status == 200 and page

        page, _ = eventually("one that stands by answers what only reads", 60, served)
        self.assertEqual(len(page.json["items"]), 5)

        def listed():
            status, out, _ = world.linchpin("app", other.folder, "list")
            return status == 0 and out

        out, _ = eventually("one that stands by lists the apps", 60, listed)
        self.assertEqual(out.split()[0], "several-test")


if __name__ == "__main__":
    unittest.main()
