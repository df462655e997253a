// What Swift cannot call by itself: names of one directory that change places.
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

long syscall(long number, ...);

// 0 on success; else -1 and 'errno', EINVAL or ENOSYS where it cannot be done at all.
static inline int files_exchange(int directory, const char *one, const char *other) {
    // RENAME_EXCHANGE; renameat2 itself is hidden without _GNU_SOURCE.
    return (int)syscall(SYS_renameat2, directory, one, directory, other, 2u);
}
#elif defined(__APPLE__)
#include <stdio.h>

static inline int files_exchange(int directory, const char *one, const char *other) {
    return renameatx_np(directory, one, directory, other, RENAME_SWAP);
}
#else
#include <errno.h>

static inline int files_exchange(int directory, const char *one, const char *other) {
    errno = ENOSYS;
    return -1;
}
#endif
