// A library to preload: it counts the calls by which a process changes files, or those by which it
// reads them, and makes one of them fail, or kills the process there. The product knows nothing of it.
//
// FAULTS_IN     'writes' or 'reads': which calls
// FAULTS_COUNT  a file of 8 bytes: the count, readable when the process is gone
// FAULTS_AT     which call it hits, from 1; 0 or nothing only counts
// FAULTS_HOW    'kill' (in the middle of a write: half of it is written), an error number, or a command
//               of the shell that is run there; the call itself is made then
// FAULTS_THEN   'once', or 'on': so does every later call that needs room, as on a full disk
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic unsigned long spare;
static _Atomic unsigned long *count = &spare;
static unsigned long at;
static int kills;
static const char *command;
static int number;
static int goes_on;
static int in_reads;

__attribute__((constructor)) static void set_up(void) {
    const char *file = getenv("FAULTS_COUNT");
    const char *place = getenv("FAULTS_AT");
    const char *how = getenv("FAULTS_HOW");
    const char *then = getenv("FAULTS_THEN");
    // Not for the programs that this one may start.
    unsetenv("LD_PRELOAD");
    at = place ? strtoul(place, NULL, 10) : 0;
    kills = how && !strcmp(how, "kill");
    number = how ? atoi(how) : EIO;
    command = how && !kills && !number ? how : NULL;
    goes_on = then && !strcmp(then, "on");
    const char *in = getenv("FAULTS_IN");
    in_reads = in && !strcmp(in, "reads");
    if (!file) return;
    int descriptor = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *page = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (page != MAP_FAILED) count = page;
    syscall(SYS_close, descriptor);
}

static void die(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

// What a call is: it changes something, it changes something and needs room for it, or it reads.
enum need { changes, needs_room, reads };

// Whether this call is to fail.
static int hit(enum need needs) {
    if ((needs == reads) != in_reads) return 0;
    unsigned long now = atomic_fetch_add(count, 1) + 1;
    if (!at || now < at) return 0;
    if (now > at && !(goes_on && needs == needs_room)) return 0;
    if (!command) return 1;
    int before = errno;
    if (system(command) != 0) die();
    errno = before;
    return 0;
}

static int fails(enum need needs) {
    if (!hit(needs)) return 0;
    if (kills) die();
    errno = number;
    return 1;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define OPEN(name) \
    int name(int directory, const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (fails(flags & O_CREAT ? needs_room : reads)) return -1; \
        REAL(name); \
        return real(directory, path, flags, mode); \
    }
OPEN(openat)
OPEN(openat64)

static int is_file(int descriptor) {
    struct stat status;
    return descriptor > 2 && !syscall(SYS_newfstatat, descriptor, "", &status, AT_EMPTY_PATH)
        && S_ISREG(status.st_mode);
}

#define PWRITE(name, offset_type) \
    ssize_t name(int descriptor, const void *bytes, size_t size, offset_type offset) { \
        REAL(name); \
        if (hit(needs_room)) { \
            if (kills) { \
                real(descriptor, bytes, size / 2, offset); \
                die(); \
            } \
            errno = number; \
            return -1; \
        } \
        return real(descriptor, bytes, size, offset); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int descriptor, const void *bytes, size_t size) {
    REAL(write);
    if (is_file(descriptor) && hit(needs_room)) {
        if (kills) {
            real(descriptor, bytes, size / 2);
            die();
        }
        errno = number;
        return -1;
    }
    return real(descriptor, bytes, size);
}

#define CALL(type, name, needs, parameters, arguments) \
    type name parameters { \
        REAL(name); \
        if (fails(needs)) return -1; \
        return real arguments; \
    }
// An exchange of names comes as a bare system call; the shim itself makes its calls through the real one.
long syscall(long call, ...) {
    va_list rest;
    va_start(rest, call);
    long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
    long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
    va_end(rest);
    REAL(syscall);
    if (call == SYS_renameat2 && fails(changes)) return -1;
    return real(call, a, b, c, d, e, f);
}

// A rename keeps its place in the directory, so a full disk does not stop it.
CALL(int, renameat, changes, (int a, const char *b, int c, const char *d), (a, b, c, d))
CALL(int, linkat, needs_room, (int a, const char *b, int c, const char *d, int e), (a, b, c, d, e))
CALL(int, symlinkat, needs_room, (const char *a, int b, const char *c), (a, b, c))
CALL(int, mkdirat, needs_room, (int a, const char *b, mode_t c), (a, b, c))
CALL(int, unlinkat, changes, (int a, const char *b, int c), (a, b, c))
CALL(int, fchmod, changes, (int a, mode_t b), (a, b))
CALL(int, fchmodat, changes, (int a, const char *b, mode_t c, int d), (a, b, c, d))
CALL(int, futimens, changes, (int a, const struct timespec b[2]), (a, b))
CALL(int, utimensat, changes, (int a, const char *b, const struct timespec c[2], int d), (a, b, c, d))
CALL(int, ftruncate, needs_room, (int a, off_t b), (a, b))
CALL(int, fsync, changes, (int a), (a))
CALL(int, fdatasync, changes, (int a), (a))
CALL(int, fstat, reads, (int a, struct stat *b), (a, b))
CALL(int, fstatat, reads, (int a, const char *b, struct stat *c, int d), (a, b, c, d))
CALL(ssize_t, readlinkat, reads, (int a, const char *b, char *c, size_t d), (a, b, c, d))
CALL(ssize_t, pread, reads, (int a, void *b, size_t c, off_t d), (a, b, c, d))
CALL(ssize_t, pread64, reads, (int a, void *b, size_t c, off64_t d), (a, b, c, d))

int close(int descriptor) {
    int counts = is_file(descriptor) && hit(changes);
    if (counts && kills) die();
    int result = syscall(SYS_close, descriptor);
    if (!counts) return result;
    errno = number;
    return -1;
}

struct dirent *readdir(DIR *directory) {
    REAL(readdir);
    return fails(reads) ? NULL : real(directory);
}
