"""A world for tests of the program from outside: sandboxes, a hub between them, and ways to look at both.

Python's standard library only. Everything runs on free ports in a temporary folder, and is ended and removed whatever
happens. LINCHPIN names the program (default: build/bin/linchpin); KEEP=1 leaves the folder and says where it is.
"""
import atexit
import base64
import collections
import contextlib
import hashlib
import hmac
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
import urllib.error
import urllib.parse
import urllib.request

import postgres

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("LINCHPIN") or os.path.join(ROOT, "build/bin/linchpin")
SYSTEMS = ("hubspot", "xero", "idcheck")

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy this machine has for others

ENVIRONMENT = """\
environment: staging
listen: {listen}
public_url: http://{listen}
store: {store}
keys: {{ master: "file:{secrets}/master.key", match: "file:{secrets}/match.key", log: "file:{secrets}/log.key" }}
connections:
  hubspot:
    base_url: {hubspot}
    auth: {{ token: "file:{secrets}/hubspot.token" }}
    webhook: {{ secret: "file:{secrets}/hubspot.webhook" }}
  xero:
    base_url: {xero}
    auth: {{ client: "file:{secrets}/xero.client", refresh_token: "file:{secrets}/xero.refresh" }}
    webhook: {{ key: "file:{secrets}/xero.webhook" }}
    tenant: {tenant}
  idcheck:
    base_url: {idcheck}
    auth: {{ token: "file:{secrets}/idcheck.token" }}
    webhook: {{ secret: "file:{secrets}/idcheck.webhook" }}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def call(method, url, body=None, headers=None, timeout=30):
    """An HTTP call; any status is an answer. `body`: bytes, or what becomes JSON."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    if data is not None and not request.has_header("Content-type"):
        request.add_header("Content-Type", "application/json")
    try:
        with DIRECT.open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as answer:
        with answer:
            return Answer(answer.code, answer.headers, answer.read())


def eventually(what, within, condition, every=0.05):
    """The first true value of `condition`; fails after `within` seconds. Returns (value, seconds)."""
    began = time.monotonic()
    while True:
        value = condition()
        took = time.monotonic() - began
        if value:
            return value, took
        if took > within:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(every)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("hub", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def crash_stores():
    """What a test of crashes runs on: both stores, or the one that CRASH_STORE names (./dev crash)."""
    named = os.environ.get("CRASH_STORE")
    return [named] if named else ["sqlite", "postgres"]


class World:
    """Three sandboxes, and the example hub laid out for them in `folder`/hub (not started). `store`: "sqlite", "postgres" (a
    server of this world's own), or a postgresql:// URL."""

    def __init__(self, clients=500, seed=1, limits="none", folder=None, store=None):
        self.folder = folder or tempfile.mkdtemp(prefix="linchpin-test-")
        self.own_folder = folder is None
        self.hub = os.path.join(self.folder, "hub")
        self.secrets = os.path.join(self.folder, "secrets")
        self.process = self.sandboxes = self.postgres = None
        store = store or "sqlite"
        self.closed = False
        atexit.register(self.close)
        try:
            if store == "postgres":
                self.postgres = postgres.Server()
                store = self.postgres.url()
            self.store = "sqlite:data" if store == "sqlite" else store
            self._start_sandboxes(clients, seed, limits)
            self._lay_out()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.closed:
            return
        self.closed = True
        atexit.unregister(self.close)
        for process in (self.process, self.sandboxes):
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if process and process.stdout:
                process.stdout.close()
        if self.postgres:
            self.postgres.close()
        if os.environ.get("KEEP"):
            print(f"left at {self.folder}", file=sys.stderr)
        elif self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- sandboxes

    def _start_sandboxes(self, clients, seed, limits):
        with open(os.path.join(self.folder, "sandboxes.log"), "wb") as log:
            self.sandboxes = subprocess.Popen(
                [PROGRAM, "sandbox", *SYSTEMS, "--listen", "127.0.0.1:0", "--seed", str(seed), "--clients",
                 str(clients), "--limits", limits], stdout=subprocess.PIPE, stderr=log, text=True)
        self.ready = {}
        while len(self.ready) < len(SYSTEMS):
            line = self.sandboxes.stdout.readline()
            if not line:
                with open(os.path.join(self.folder, "sandboxes.log"), errors="replace") as log:
                    raise AssertionError("the sandboxes did not start: " + log.read()[-800:])
            if line.startswith("{"):
                said = json.loads(line)
                self.ready[said["system"]] = said

    def url(self, system):
        return self.ready[system]["base_url"]

    def credentials(self, system):
        return self.ready[system]["credentials"]

    def control(self, system, what, body):
        answer = call("POST", f"{self.url(system)}/_sandbox/{what}", body)
        assert answer.status == 200, (system, what, answer.status, answer.body[:300])
        return answer.json

    def state(self, system):
        """{object: [records in the vendor's own form]}"""
        return call("GET", f"{self.url(system)}/_sandbox/state", timeout=600).json["objects"]

    def count(self, system, kind):
        return call("GET", f"{self.url(system)}/_sandbox/counts").json["objects"][kind]

    def requests(self, system):
        return call("GET", f"{self.url(system)}/_sandbox/log").json["requests"]

    def edit(self, system, record, fields, kind=None):
        """As a person does at the vendor's own screen; an empty record creates one. The record as it is then."""
        kind = kind or {"hubspot": "contacts", "xero": "Contacts", "idcheck": "verifications"}[system]
        return self.control(system, "edit", {"object": kind, "id": record, "fields": fields})

    def enter_in_hubspot(self, given, family, email, phone):
        """A client that somebody enters there; the record's id."""
        return self.edit("hubspot", "", {"firstname": given, "lastname": family, "email": email, "phone": phone,
                                         "lifecyclestage": "customer"})["id"]

    def enter_in_xero(self, given, family, email, mobile):
        phone = {"PhoneType": "MOBILE", "PhoneCountryCode": "61", "PhoneAreaCode": "", "PhoneNumber": mobile}
        return self.edit("xero", "", {"Name": f"{given} {family}", "FirstName": given, "LastName": family,
                                      "EmailAddress": email, "Phones": [phone], "IsCustomer": True,
                                      "ContactStatus": "ACTIVE"})["ContactID"]

    def read_all_pages(self):
        """Every page of HubSpot's and Xero's contacts, one after another, with nothing done to them: how many they are."""
        client = "{client_id}:{client_secret}".format(**self.credentials("xero"))
        token = call("POST", self.url("xero") + "/connect/token", b"grant_type=client_credentials",
                     {"Authorization": "Basic " + base64.b64encode(client.encode()).decode(),
                      "Content-Type": "application/x-www-form-urlencoded"}).json["access_token"]
        return self._read_pages(
            "hubspot", {"Authorization": "Bearer " + self.credentials("hubspot")["token"]},
            "/crm/objects/2026-09/contacts?limit=100&properties=firstname,lastname,email,phone,lifecyclestage", "results",
            lambda page, n: page.get("paging") and "&after=" + page["paging"]["next"]["after"]
        ) + self._read_pages(
            "xero", {"Authorization": "Bearer " + token, "xero-tenant-id": self.credentials("xero")["tenant_id"],
                     "Accept": "application/json"}, "/api.xro/2.0/Contacts?pageSize=100", "Contacts",
            lambda page, n: f"&page={n + 1}" if n < page["pagination"]["pageCount"] else None)

    def _read_pages(self, system, headers, path, member, following):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url(system)).netloc, timeout=60)
        more, read, pages = "", 0, 1
        while more is not None:
            connection.request("GET", path + more, headers=headers)
            page = json.loads(connection.getresponse().read())
            read, more, pages = read + len(page[member]), following(page, pages), pages + 1
        connection.close()
        return read

    def faults(self, **faults):
        for system in SYSTEMS:
            self.control(system, "faults", faults)

    def hubspot(self):
        return {r["id"]: r for r in self.state("hubspot")["contacts"]}

    def xero(self):
        return {r["ContactID"]: r for r in self.state("xero")["Contacts"]}

    # --- the hub

    def _lay_out(self):
        os.mkdir(self.secrets, 0o700)
        environment = dict(os.environ, HOME=self.secrets)  # keys that init makes are not for the tester's home
        done = subprocess.run([PROGRAM, "init", self.hub], capture_output=True, text=True, env=environment, timeout=60)
        assert done.returncode == 0, done.stderr
        hubspot, xero, idcheck = (self.credentials(s) for s in SYSTEMS)
        for name, text in {
                "master.key": os.urandom(32).hex(), "match.key": os.urandom(32).hex(), "log.key": os.urandom(32).hex(),
                "hubspot.token": hubspot["token"], "hubspot.webhook": hubspot["webhook_secret"],
                "xero.client": xero["client_id"] + ":" + xero["client_secret"], "xero.refresh": xero["refresh_token"],
                "xero.webhook": xero["webhook_key"],
                "idcheck.token": idcheck["token"], "idcheck.webhook": idcheck["webhook_secret"]}.items():
            with open(os.open(os.path.join(self.secrets, name), os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
                file.write(text + "\n")
        self.listen = f"127.0.0.1:{free_port()}"
        self.base = f"http://{self.listen}"
        with open(os.path.join(self.hub, "environments/staging.yaml"), "w") as file:
            file.write(ENVIRONMENT.format(listen=self.listen, store=self.store, secrets=self.secrets, tenant=xero["tenant_id"],
                                          **{s: self.url(s) for s in SYSTEMS}))

    def rewrite(self, name, was, becomes):
        """One place in a hub file says something else."""
        path = os.path.join(self.hub, name)
        with open(path) as file:
            text = file.read()
        assert was in text, (name, was)
        with open(path, "w") as file:
            file.write(text.replace(was, becomes, 1))

    def spawn(self):
        """Starts the hub, and waits for nothing."""
        with open(os.path.join(self.folder, "hub.log"), "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "run", self.hub], stdout=log, stderr=log)

    def start(self, ready_within=60):
        """Starts the hub, and waits until it says that it is ready. Seconds that it took."""
        self.spawn()
        return eventually("the hub is ready", ready_within, self.is_ready, 0.02)[1]

    def is_ready(self):
        if self.process.poll() is not None:
            with open(os.path.join(self.folder, "hub.log"), errors="replace") as log:
                raise AssertionError(f"the hub ended with {self.process.returncode}: " + log.read()[-1500:])
        try:
            return call("GET", self.base + "/health/ready", timeout=2).status == 200
        except OSError:
            return False

    def listen_for_webhooks(self):
        """Tells the sandboxes where the hub is, and waits for Xero's handshake."""
        for system in SYSTEMS:
            self.control(system, "webhook-target", {"url": f"{self.base}/webhooks/{system}"})
        target = f"{self.url('xero')}/_sandbox/webhook-target"
        eventually("Xero's handshake", 30, lambda: call("GET", target).json["status"] == "ok")

    def stop(self):
        self.process.terminate()
        status = self.process.wait(30)
        self.process = None
        return status

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def processor_seconds(self):
        """What the hub has taken of a core since it was started."""
        if not self.process:
            return 0
        with open(f"/proc/{self.process.pid}/stat") as file:
            return sum(int(ticks) for ticks in file.read().rsplit(")", 1)[1].split()[11:13]) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        """The most that it has had resident."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024

    def ask(self, command, **members):
        """A command through the hub's socket."""
        connection = UnixConnection(os.path.join(self.hub, "data/hub.sock"), 60)
        try:
            connection.request("POST", "/command", json.dumps(dict(members, command=command)),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status == 200, (command, answer.status, body)
        return body

    def without_checks(self):
        """No identity checks: ten calls a second at most, whatever the sandbox allows."""
        os.remove(os.path.join(self.hub, "flows/verify-new-clients.yaml"))

    def wait_quiet_seldom(self, within, every=1):
        """As wait_quiet, asked less often: `status` counts all that waits."""
        since = []

        def condition():
            since.append(self.ask("status")["quiet"])
            return since[-2:] == [True, True]
        eventually("the hub is quiet", within, condition, every)

    def wait_quiet(self, within=120):
        """Nothing is under way, for a whole second: echoes of the last writes come a moment later."""
        quiet_since = [None]

        def quiet():
            if not self.ask("status")["quiet"]:
                quiet_since[0] = None
                return False
            quiet_since[0] = quiet_since[0] or time.monotonic()
            return time.monotonic() - quiet_since[0] >= 1

        try:
            return eventually("the hub is quiet", within, quiet)[1]
        except AssertionError as error:
            raise AssertionError(f"{error}; outstanding: {self.ask('status')['outstanding']}") from None

    def linchpin(self, *arguments, timeout=300, stdin=None):
        """A command of the program. (exit status, standard output, standard error)"""
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=timeout, input=stdin)
        return done.returncode, done.stdout, done.stderr

    def app_token(self, name):
        status, out, err = self.linchpin("app", self.hub, "add", name)
        assert status == 0, err
        return out.strip()

    def people(self, token):
        """Every golden contact, by the process tier."""
        people, cursor = [], ""
        while True:
            page = call("GET", f"{self.base}/process/contact?limit=500" + (f"&cursor={cursor}" if cursor else ""),
                        headers={"Authorization": "Bearer " + token})
            assert page.status == 200, page.body
            people += page.json["items"]
            cursor = page.json["next"]
            if not cursor:
                return people

    def why(self, found):
        """What is known of the first of some differences, for whoever reads a failure. The people are invented."""
        if not found:
            return ""
        what, h, x = found[0]
        field = {"given": "given_name", "family": "family_name"}.get(what, what)
        about = [f"{len(found)} differences; the first: {what} of hubspot:{h} and xero:{x}",
                 f"HubSpot: {hubspot_person(self.hubspot()[h])}", f"Xero: {xero_person(self.xero()[x])}",
                 self.linchpin("explain", self.hub, "contact", "hubspot:" + h, field)[1],
                 f"reviews: {[r for r in self.reviews() if r['record'] in (h, x)]}",
                 f"dead letters: {[l for l in self.dead_letters() if l['record'] in (h, x)]}"]
        return "\n".join(about)

    def reviews(self):
        status, out, err = self.linchpin("review", self.hub, "list", "--json")
        assert status == 0, err
        return [json.loads(line) for line in out.splitlines()]

    def dead_letters(self):
        status, out, err = self.linchpin("dead-letters", self.hub, "list", "--json")
        assert status == 0, err
        return [json.loads(line) for line in out.splitlines()]

    def metric(self, name, **labels):
        """The sum over all series of that name that have these labels."""
        total = 0.0
        for m in re.finditer(r"^([a-z_]+)(?:\{([^}]*)\})? (\S+)$", call("GET", self.base + "/metrics").body.decode(), re.M):
            if m[1] == name and labels.items() <= dict(re.findall(r'(\w+)="([^"]*)"', m[2] or "")).items():
                total += float(m[3])
        return total

    # --- webhooks of our own making

    def hubspot_headers(self, body, secret=None, age_s=0, method="POST"):
        """Signature v3: base64 of the HMAC over method, URI, body and time in ms."""
        stamp = str(int((time.time() - age_s) * 1000))
        text = f"{method}{self.base}/webhooks/hubspot".encode() + body + stamp.encode()
        key = (secret or self.credentials("hubspot")["webhook_secret"]).encode()
        signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return {"Content-Type": "application/json", "X-HubSpot-Signature-v3": signature,
                "X-HubSpot-Request-Timestamp": stamp}

    def xero_headers(self, body):
        key = self.credentials("xero")["webhook_key"].encode()
        return {"Content-Type": "application/json",
                "x-xero-signature": base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()}

    def webhook(self, system, body, headers):
        return call("POST", f"{self.base}/webhooks/{system}", body, headers)

    def inbox_lengths(self, system, server=None):
        """How long each of a system's entries in the inbox is, as it is sealed: from the store's own files while no hub
        runs, or from its tables. `server`: the PostgreSQL of a world that has none of its own."""
        server = server or self.postgres
        if server:
            days = server.sql("SELECT 'linchpin.inbox_' || replace(day, '-', '_') FROM linchpin.inbox_day").split()
            return [int(length) for day in days
                    for length in server.sql(f"SELECT length(sealed) FROM {day} WHERE system = '{system}'").split()]
        lengths = []
        data = os.path.join(self.hub, "data")
        for name in os.listdir(data):
            if name.startswith("inbox-") and name.endswith(".db"):
                with contextlib.closing(sqlite3.connect(os.path.join(data, name))) as inbox:
                    rows = inbox.execute("SELECT length(sealed) FROM entry WHERE system = ?", (system,))
                    lengths += [length for length, in rows]
        return lengths


class Senders:
    """Threads that send webhooks of their own, to where HubSpot was told to, and note what was acknowledged. In the
    inbox all are sealed: each is known by its length, which comes again after a thousand others and is longer than
    HubSpot's messages are."""

    SHORTEST, LENGTHS = 20_000, 1000
    numbers = itertools.count()
    SEALED = 40  # a nonce and a tag (src/base/crypto.cpp)

    def __init__(self, world, record, every=0.05, patience=(2, 5, 15)):
        """`patience`: how many seconds each thread waits for an answer; a paused hub must not hold them all."""
        self.world, self.record, self.every = world, record, every
        self.target = call("GET", f"{world.url('hubspot')}/_sandbox/webhook-target").json["url"]
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.statuses = []  # 0: no answer
        self.acknowledged = collections.Counter()  # by length, sealed
        self.failed = []
        self.threads = [threading.Thread(target=self.run, args=(seconds,)) for seconds in patience]
        for thread in self.threads:
            thread.start()

    def run(self, patience):
        try:
            while not self.stopped.wait(self.every):
                body = self.body(self.SHORTEST + next(self.numbers) % self.LENGTHS)
                try:
                    status = call("POST", self.target, body, self.world.hubspot_headers(body), patience).status
                except (OSError, http.client.HTTPException):
                    status = 0
                with self.lock:
                    self.statuses.append(status)
                    if 200 <= status < 300:
                        self.acknowledged[len(body) + self.SEALED] += 1
        except Exception as error:
            self.failed.append(error)

    def body(self, length):
        event = {"eventId": time.time_ns(), "subscriptionId": 7, "portalId": 62515,
                 "occurredAt": int(time.time() * 1000), "subscriptionType": "contact.propertyChange",
                 "objectId": int(self.record), "propertyName": "jobtitle", "propertyValue": ""}
        event["propertyValue"] = "x" * (length - len(json.dumps([event])))
        return json.dumps([event]).encode()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def judge(self, test, server=None):
        """What was acknowledged is in the inbox, and nothing was answered but that, 429 and 503. What it counted."""
        test.assertEqual(self.failed, [])
        taken = self.acknowledged.total()
        test.assertGreater(taken, 0)
        test.assertEqual({s for s in self.statuses if not 200 <= s < 300} - {0, 429, 503}, set())
        stored = collections.Counter(self.world.inbox_lengths("hubspot", server))
        lost = (self.acknowledged - stored).total()
        test.assertEqual(lost, 0, f"{lost} of {taken} acknowledged webhooks are not in the inbox")
        rows = sum(n for length, n in stored.items() if length >= self.SHORTEST + self.SEALED)
        return f"{taken} of {len(self.statuses)} webhooks acknowledged, {rows} such in the inbox"


# --- people as either system has them, normalised simply and apart from the hub's own code


def phone_digits(text):
    """Australian numbers: 0412 345 678, +61 412 345 678 and 61412345678 are one."""
    digits = re.sub(r"\D", "", text or "")
    if digits.startswith("61") and len(digits) >= 11:
        digits = digits[2:]
    return digits.lstrip("0")


def folded(name):
    """Letters and digits without accents and case: O’Brien is o'brien, Ångström is angstrom, Søren is soren."""
    text = unicodedata.normalize("NFKD", name or "")
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    for letter, plain in {"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}.items():
        text = text.replace(letter, plain)
    return re.sub(r"[^a-z0-9]", "", text)


def hubspot_person(record):
    p = record["properties"]
    return {"given": (p.get("firstname") or "").strip(), "family": (p.get("lastname") or "").strip(),
            "email": (p.get("email") or "").strip().lower(), "phone": phone_digits(p.get("phone")),
            "stage": p.get("lifecyclestage") or "", "hub_id": p.get("linchpin_id") or ""}


def xero_person(record):
    mobile = next((p for p in record.get("Phones") or [] if p.get("PhoneType") == "MOBILE"), {})
    number = "".join(mobile.get(part) or "" for part in ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber"))
    return {"given": (record.get("FirstName") or "").strip(), "family": (record.get("LastName") or "").strip(),
            "email": (record.get("EmailAddress") or "").strip().lower(), "phone": phone_digits(number),
            "status": record.get("ContactStatus") or "ACTIVE", "hub_id": record.get("ContactNumber") or ""}


def is_person(xero_record):
    return bool(xero_record.get("FirstName"))


def differences(people, hubspot, xero):
    """[(what, hubspot id, xero id)] of all golden people with a record in both, on names, e-mail and phone."""
    found, pairs = [], 0
    for person in people:
        links = {}
        for link in person["links"]:
            links.setdefault(link["system"], []).append(link["record"])
        for h in links.get("hubspot", []):
            for x in links.get("xero", []):
                pairs += 1
                left, right = hubspot_person(hubspot[h]), xero_person(xero[x])
                found += [(what, h, x) for what in ("given", "family", "email", "phone") if left[what] != right[what]]
    return found, pairs
