"""What the benchmarks do with trees: size, change and compare them."""
import filecmp
import os
import random
import stat


def files(top):
    found = []
    for parent, _, names in os.walk(top):
        for name in names:
            path = os.path.join(parent, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                found.append(path)
    return sorted(found)


def size(top):
    return sum(os.lstat(path).st_size for path in files(top))


def edit(top, seed):
    """Inserts a few bytes in the middle of 1 % of the files; hard links are not written through."""
    every = files(top)
    for path in random.Random(seed).sample(every, max(1, len(every) // 100)):
        with open(path, "rb") as file:
            data = file.read()
        mode = os.stat(path).st_mode
        os.unlink(path)
        with open(path, "wb") as file:
            middle = len(data) // 2
            file.write(data[:middle] + f"/*{seed}*/".encode() + data[middle:])
        os.chmod(path, stat.S_IMODE(mode))


def differences(left, right):
    """Paths below `left` whose kind, mode, time, target or content is not the same below `right`."""
    wrong = []
    for parent, directories, names in os.walk(left):
        for name in directories + names:
            path = os.path.join(parent, name)
            other = os.path.join(right, os.path.relpath(path, left))
            a = os.lstat(path)
            try:
                b = os.lstat(other)
            except OSError:
                wrong.append(path)
                continue
            same = a.st_mode == b.st_mode and a.st_mtime_ns == b.st_mtime_ns
            if same and stat.S_ISLNK(a.st_mode):
                same = os.readlink(path) == os.readlink(other)
            elif same and stat.S_ISREG(a.st_mode):
                same = filecmp.cmp(path, other, shallow=False)
            if not same:
                wrong.append(path)
    return wrong
