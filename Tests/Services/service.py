"""What the servers of the tests have in common.

A service prints its port, and ends when its standard input does, so it cannot outlive who started it.
Everything listens on this machine alone and keeps its data in a temporary directory.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HOST = "127.0.0.1"


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
            return True
        except OSError:
            return False


def free_ports(*offsets):
    """A port that is free, and so are those at the offsets behind it."""
    for port in range(20000 + os.getpid() * 16 % 20000, 44000, 16):
        if all(is_free(port + offset) for offset in (0, *offsets)):
            return port
    sys.exit("there are no free ports")


def listens(port):
    try:
        socket.create_connection((HOST, port), timeout=2).close()
        return True
    except OSError:
        return False


def answers(url, part=b""):
    """Whether a URL gives an answer, of any status, that has `part` in it."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return part in answer.read()
    except urllib.error.HTTPError as error:
        return part in error.read()
    except OSError:
        return False


class Service:
    """Processes with a directory for their data."""

    def __init__(self, name):
        self.name = name
        self.data = tempfile.mkdtemp(prefix=f"buildspec-{name}-")
        self.processes, self.logs = [], []

    def path(self, *names):
        return os.path.join(self.data, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)

    def call(self, *command, **options):
        """Runs a command to its end; what it prints is only seen when it fails."""
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, **options)
        if done.returncode:
            self.fail(f"{command[0]}: {done.stdout.decode(errors='replace')[-2000:]}")
        return done.stdout

    def start(self, *command, **options):
        """Starts a process that stays."""
        log = open(self.path(f"log-{len(self.processes)}"), "w")
        self.logs.append(log.name)
        self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, cwd=self.data, preexec_fn=os.setpgrp, **options))

    def wait(self, is_ready, seconds=60):
        end = time.monotonic() + seconds
        while not is_ready():
            if time.monotonic() > end or any(p.poll() is not None for p in self.processes):
                self.fail("it did not start")
            time.sleep(0.1)

    def fail(self, reason):
        logs = "".join(open(log, errors="replace").read()[-2000:] for log in self.logs)
        sys.exit(f"{self.name}: {reason}\n{logs}")

    def run(self, start):
        """Starts with `start`, which returns the port, and stays until the input ends."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        try:
            print(start(self), flush=True)
            sys.stdin.read()
        finally:
            for process in reversed(self.processes):
                try:
                    # With what it has started.
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                process.wait()
            shutil.rmtree(self.data, ignore_errors=True)


def package(folder, requirement):
    """The folder of a package of Python's, installed once below the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    place = os.path.join(cache, "buildspec-tests", folder)
    if not os.path.isdir(place):
        made = f"{place}.{os.getpid()}"
        os.makedirs(made)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet",
            "--disable-pip-version-check", "--target", made, requirement],
            check=True, stdout=sys.stderr)
        try:
            os.rename(made, place)
        except OSError:
            shutil.rmtree(made)
    return place
