#!/usr/bin/env python3
"""Runs Ceph's object gateway with one monitor and one store in memory.

Debian: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common
Keys: buildspec/buildspec-secret and, of another user, reader/reader-secret. Starts in 15 to 60 seconds.
"""
import os
import shutil
import sys
import uuid

from service import HOST, Service, answers, free_ports, listens

CONFIGURATION = """\
[global]
fsid = {fsid}
mon_host = v2:{host}:{monitor}
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = {data}/keyring
run_dir = {data}/run
pid_file = {data}/run/$type.$id.pid
log_file = {data}/log/$type.$id.log
admin_socket = {data}/run/$type.$id.asok
mon_data = {data}/mon
osd_data = {data}/osd
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_memory_target = 939524096
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_crush_chooseleaf_type = 0
osd_pool_default_pg_autoscale_mode = off
mon_max_pg_per_osd = 1000
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
auth_allow_insecure_global_id_reclaim = false
public_addr = {host}
cluster_addr = {host}
ms_bind_ipv6 = false
setuser_match_path =
[client.rgw]
rgw_frontends = beast endpoint={host}:{port}
rgw_enable_usage_log = false
rgw_run_sync_thread = false
"""
CAPABILITIES = {
    "mon.": ["--cap", "mon", "allow *"],
    "client.admin": ["--cap", "mon", "allow *", "--cap", "osd", "allow *"],
    "osd.0": ["--cap", "mon", "allow profile osd", "--cap", "osd", "allow *"],
    "client.rgw": ["--cap", "mon", "allow rwx", "--cap", "osd", "allow rwx"],
}


def start(service):
    if not shutil.which("radosgw"):
        sys.exit("ceph-rgw: there is no 'radosgw'; see the head of this file")
    port = free_ports(1)
    for name in ("mon", "osd", "run", "log"):
        os.mkdir(service.path(name))
    fsid, keyring = str(uuid.uuid4()), service.path("keyring")
    service.write("ceph.conf", CONFIGURATION.format(fsid=fsid, host=HOST, data=service.data,
        port=port, monitor=port + 1))
    os.environ["CEPH_CONF"] = service.path("ceph.conf")
    for number, (name, caps) in enumerate(CAPABILITIES.items()):
        create = [] if number else ["--create-keyring"]
        service.call("ceph-authtool", *create, keyring, "--gen-key", "-n", name, *caps)
    service.call("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:{HOST}:{port + 1}]",
        service.path("monmap"))
    service.call("ceph-mon", "-i", "a", "--mkfs", "--monmap", service.path("monmap"), "--keyring", keyring)
    service.start("ceph-mon", "-i", "a", "-f")
    service.wait(lambda: listens(port + 1))
    disk = str(uuid.uuid4())
    service.call("ceph", "osd", "new", disk)
    service.call("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
    service.start("ceph-osd", "-i", "0", "-f")
    service.wait(lambda: b" 1 up" in service.call("ceph", "osd", "stat"))
    service.start("radosgw", "-n", "client.rgw", "-f")
    service.wait(lambda: answers(f"http://{HOST}:{port}/", b"ListAllMyBuckets"), 180)
    for name in ("buildspec", "reader"):
        service.call("radosgw-admin", "-n", "client.rgw", "user", "create", f"--uid={name}",
            f"--display-name={name}", f"--access-key={name}", f"--secret-key={name}-secret")
    return port


Service("ceph-rgw").run(start)
