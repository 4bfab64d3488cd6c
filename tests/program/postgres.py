#!/usr/bin/env python3
"""PostgreSQL for tests: Debian's, in a temporary folder, on a Unix socket, with fsync on, ended and removed whatever happens.

  tests/program/postgres.py serve            prints the URL of a database, and serves until its standard input ends
  tests/program/postgres.py with COMMAND…    runs the command, with that URL as its last argument
"""
import atexit
import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SMALL = {"listen_addresses": "", "shared_buffers": "32MB", "max_connections": 60, "fsync": "on", "log_min_messages": "warning",
         "max_wal_size": "256MB", "timezone": "UTC"}


def program(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    assert found, "Debian's postgresql is not installed: ./dev deps"
    return found[-1]


class Server:
    """One PostgreSQL. `primary`: the server that this one is a standby of (its backup is taken here)."""

    def __init__(self, name="linchpin", primary=None, **settings):
        # PostgreSQL refuses to run as root. Debian's package makes a user for it.
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="linchpin-postgres-")
        self.data = os.path.join(self.folder, "data")
        self.process = None
        self.closed = False
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        os.chmod(self.folder, 0o755)  # the socket is for the tests' own user
        atexit.register(self.close)
        try:
            if primary:
                self.run("pg_basebackup", "-D", self.data, "-h", primary.folder, "-U", "linchpin", "-R", "-X", "stream", "-c",
                         "fast", "-d", f"application_name={name}")
            else:
                self.run("initdb", "-D", self.data, "-U", "linchpin", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
                         "--no-sync")
            self.settings = SMALL | settings | {"unix_socket_directories": self.folder}
            self.start()
            if not primary:
                self.sql("CREATE DATABASE hub", database="postgres")
        except BaseException:
            self.close()
            raise

    def as_user(self, name, *arguments):
        """The command that runs one of PostgreSQL's programs as its user. Where that user may not even enter `/` (a chroot in a
        folder that is root's alone), it is let through."""
        if not self.user:
            return [program(name), *arguments]
        through = [] if os.stat("/").st_mode & 0o001 else [
            "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
        return ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups", *through, "--",
                program(name), *arguments]

    def run(self, name, *arguments):
        done = subprocess.run(self.as_user(name, *arguments), capture_output=True, text=True, cwd=self.folder, timeout=120)
        assert done.returncode == 0, (name, done.stderr[-2000:])
        return done.stdout

    def start(self):
        settings = [s for name, value in self.settings.items() for s in ("-c", f"{name}={value}")]
        log_path = os.path.join(self.folder, "log")
        with open(log_path, "ab") as log:
            self.process = subprocess.Popen(self.as_user("postgres", "-D", self.data, *settings), stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, cwd=self.folder, start_new_session=True)
        for _ in range(1200):
            ready = subprocess.run(self.as_user("pg_isready", "-q", "-h", self.folder))
            if ready.returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        with open(log_path, errors="replace") as log:
            raise AssertionError("PostgreSQL did not start: " + log.read()[-2000:])

    def url(self, *others, database="hub"):
        """A URL for this server, or for whichever of several is the primary."""
        hosts = ",".join(s.folder.replace("/", "%2F") for s in (self, *others))
        return f"postgresql://linchpin@{hosts}/{database}"

    def sql(self, text, database="hub"):
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "linchpin", "-d",
                        database, "-c", text)

    def kill(self):
        """As a machine that loses its power: no process of it runs on."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, how=signal.SIGQUIT):
        self.process.send_signal(how)
        self.process.wait(60)

    def promote(self):
        self.run("pg_ctl", "promote", "-D", self.data, "-w")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.closed:
            return
        self.closed = True
        atexit.unregister(self.close)
        if self.process and self.process.poll() is None:
            self.stop()
        if os.environ.get("KEEP"):
            print(f"left at {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:] != ["serve"] and sys.argv[1:2] != ["with"]:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a test that takes too long is ended with all that it started
    if sys.argv[1] == "with":
        with Server() as server:
            sys.exit(subprocess.run([*sys.argv[2:], server.url()]).returncode)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    with Server() as server:
        print(server.url(), flush=True)
        sys.stdin.read()
