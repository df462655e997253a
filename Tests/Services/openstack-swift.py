#!/usr/bin/env python3
"""Runs OpenStack Swift with its interface of S3: one zone, one device, one replica.

Debian: apt-get install --no-install-recommends swift swift-proxy swift-account swift-container
swift-object memcached. It needs root: the code looks for its settings in /etc/swift, which a mount of
its own puts another directory over. Key: test:buildspec, its secret buildspec-secret; the region is
us-east-1, and a signature for another one is refused.
"""
import os
import shutil
import sys

from service import HOST, Service, answers, free_ports, listens

SERVER = """\
[DEFAULT]
bind_ip = {host}
bind_port = {port}
workers = {workers}
user = root
swift_dir = /etc/swift
devices = {data}/devices
mount_check = false
log_level = WARNING
fallocate_reserve = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
recon_cache_path = {data}/cache
"""
FILTERS = ("catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth copy bulk slo dlo "
    "versioned_writes symlink proxy-logging")
PROXY = """\
[DEFAULT]
bind_ip = {host}
bind_port = {port}
workers = 2
user = root
swift_dir = /etc/swift
log_level = WARNING
[pipeline:main]
pipeline = {filters} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
"""
SETTINGS = {
    "cache": ("memcache", ""),
    "proxy-logging": ("proxy_logging", ""),
    "versioned_writes": ("versioned_writes", "allow_object_versioning = true\n"),
    "tempauth": ("tempauth", "user_test_buildspec = buildspec-secret .admin\n"),
    "s3api": ("s3api", "s3_acl = false\nlocation = us-east-1\ncheck_bucket_owner = false\n"),
}
KINDS = ("account", "container", "object")


def start(service):
    if not shutil.which("swift-proxy-server"):
        sys.exit("openstack-swift: there is no 'swift-proxy-server'; see the head of this file")
    port = free_ports(1, 2, 3, 4)
    for name in ("etc", "devices/d1", "cache"):
        os.makedirs(service.path(name))
    service.write("etc/swift.conf",
        "[swift-hash]\nswift_hash_path_prefix = a\nswift_hash_path_suffix = b\n"
        "[swift-constraints]\nmax_header_size = 16384\n")
    service.write("etc/memcache.conf", f"[memcache]\nmemcache_servers = {HOST}:{port + 4}\n")
    etc = service.path("etc")
    for number, kind in enumerate(KINDS, 1):
        ring = ["swift-ring-builder", f"{kind}.builder"]
        service.call(*ring, "create", "4", "1", "1", cwd=etc)
        service.call(*ring, "add", f"r1z1-{HOST}:{port + number}/d1", "1", cwd=etc)
        service.call(*ring, "rebalance", cwd=etc)
        service.write(f"etc/{kind}-server.conf", SERVER.format(host=HOST, port=port + number,
            kind=kind, workers=2 if kind == "object" else 0, data=service.data))
    text = PROXY.format(host=HOST, port=port, filters=FILTERS)
    for name in FILTERS.split():
        egg, more = SETTINGS.get(name, (name, ""))
        text += f"[filter:{name}]\nuse = egg:swift#{egg}\n{more}"
    service.write("etc/proxy-server.conf", text)
    service.start("memcached", "-l", HOST, "-p", str(port + 4), "-u", "nobody", "-m", "32")
    for kind in (*KINDS, "proxy"):
        service.start("unshare", "-m", "--propagation", "private", "sh", "-c",
            'mount --bind "$1" /etc/swift && exec "$2" "/etc/swift/$3.conf" -v',
            "-", etc, f"swift-{kind}-server", f"{kind}-server")
    service.wait(lambda: answers(f"http://{HOST}:{port}/healthcheck", b"OK")
        and all(listens(port + number) for number in (1, 2, 3)))
    return port


Service("openstack-swift").run(start)
