"""Parts of this machine's processor time, each as if it were a machine of its own.

With control groups (version 1 or 2, and the rights to make one) a part has a quota of every ten
milliseconds or so; without them a process is stopped and let go on in turns, which is coarser and
bounds only what is told to run so.
"""
import contextlib
import itertools
import math
import os
import signal
import threading
import time

# The kernel's least quota and a period that is short beside a request, in microseconds.
LEAST, PERIOD = 1_000, 10_000
numbers = itertools.count()


def put(path, text):
    with open(path, "w") as file:
        file.write(str(text))


def hierarchy():
    """Where the groups for processor time are mounted, and of which version they are."""
    for line in open("/proc/self/mounts").read().splitlines():
        _, place, kind, options = line.split()[:4]
        if kind == "cgroup" and "cpu" in options.split(","):
            return place, 1
        if kind == "cgroup2" and "cpu" in open(f"{place}/cgroup.subtree_control").read().split():
            return place, 2
    return None, 0


class Group:
    """A control group whose processes together get `cores` processors."""

    def __init__(self, cores):
        self.top, self.version = hierarchy()
        if not self.version:
            raise OSError("there are no control groups for processor time")
        self.path = f"{self.top}/buildspec-benchmark-{os.getpid()}-{next(numbers)}"
        os.mkdir(self.path)
        period = max(PERIOD, math.ceil(LEAST / cores))
        quota = max(LEAST, round(period * cores))
        try:
            if self.version == 1:
                put(f"{self.path}/cpu.cfs_period_us", period)
                put(f"{self.path}/cpu.cfs_quota_us", quota)
            else:
                put(f"{self.path}/cpu.max", f"{quota} {period}")
        except OSError:
            os.rmdir(self.path)
            raise

    def enter(self, pid=0):
        """Takes a process in with all its threads; 0 is the one that asks."""
        put(f"{self.path}/cgroup.procs", pid)

    def close(self):
        """Lets processes that are still there go."""
        for pid in open(f"{self.path}/cgroup.procs").read().split():
            put(f"{self.top}/cgroup.procs", pid)
        os.rmdir(self.path)


@contextlib.contextmanager
def groups(cores, count):
    """So many groups of `cores` processors each; `None` where there are no control groups."""
    made = []
    try:
        try:
            for _ in range(count):
                made.append(Group(cores))
        except OSError:
            yield None
            return
        yield made
    finally:
        for group in made:
            group.close()


@contextlib.contextmanager
def stopped_most_of_the_time(pids, part):
    """Lets processes run for a part of the time, a millisecond at once."""
    ended = threading.Event()

    def send(number):
        for pid in pids:
            os.kill(pid, number)

    def run():
        while not ended.wait(0.001):
            send(signal.SIGSTOP)
            time.sleep(0.001 / part - 0.001)
            send(signal.SIGCONT)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        send(signal.SIGCONT)
