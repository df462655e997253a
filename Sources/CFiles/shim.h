// The exchange of two names in a directory, which Swift cannot call directly.
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

long syscall(long number, ...);

// Returns 0 on success, else -1 and sets errno; EINVAL or ENOSYS if the file system has no exchange.
static inline int files_exchange(int directory, const char *one, const char *other) {
    // 2 is RENAME_EXCHANGE; the headers hide renameat2 without _GNU_SOURCE.
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
