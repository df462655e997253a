"""The service behind the real server: uWSGI, which was compiled from its sources."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def address():
    port = free_port()
    server = subprocess.Popen(
        [
            shutil.which("uwsgi"),
            f"--http-socket=127.0.0.1:{port}",
            "--module=converter.app:app",
            f"--home={sys.prefix}",
            "--master",
            "--die-on-term",
            "--need-app",
            "--disable-logging",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_open(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def wait_until_open(server, port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert server.poll() is None, "uwsgi ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("uwsgi did not open its port within 20 seconds")


def test_the_server_answers(address):
    with urllib.request.urlopen(f"{address}/convert?value=1&from=km&to=m", timeout=10) as reply:
        assert json.load(reply) == {"unit": "m", "value": 1000.0}
