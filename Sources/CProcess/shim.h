// System calls that Swift cannot make: prctl(2) and syscall(2) have variable arguments, and after fork(2)
// only async-signal-safe functions can be called, which the Swift runtime does not guarantee.
#if defined(__linux__)
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Makes orphaned descendants children of this process; returns 0 on success.
static inline int process_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

// Returns an open file of the user namespace that owns the namespace of `file`, or -1.
static inline int process_owner_of_namespace(int file) {
    return ioctl(file, 0xb701 /* NS_GET_USERNS */);
}

// A filter program for seccomp(2), as in linux/filter.h.
struct process_rule {
    uint16_t code;
    uint8_t if_true;
    uint8_t if_false;
    uint32_t value;
};
struct process_rules {
    unsigned short count;
    const struct process_rule *rules;
};

// The instructions of a filter: load a word of the call, mask its bits, compare, return a result.
#define PROCESS_LOAD(offset) {0x20, 0, 0, (offset)}
#define PROCESS_BITS(mask) {0x54, 0, 0, (mask)}
#define PROCESS_EQUAL(value, if_true, if_false) {0x15, (if_true), (if_false), (value)}
#define PROCESS_ANSWER(value) {0x06, 0, 0, (value)}
#define PROCESS_ALLOW 0x7fff0000u
#define PROCESS_REFUSE(error) (0x00050000u | (error))

// The numbers of ioctl, add_key, request_key and keyctl, for 64-bit and for 32-bit programs.
#if defined(__x86_64__)
#define PROCESS_OWN_KIND 0xc000003eu
#define PROCESS_OWN_CALLS 16, 248, 249, 250
#define PROCESS_SMALL_KIND 0x40000003u
#define PROCESS_SMALL_CALLS 54, 286, 287, 288
#elif defined(__aarch64__)
#define PROCESS_OWN_KIND 0xc00000b7u
#define PROCESS_OWN_CALLS 29, 217, 218, 219
#define PROCESS_SMALL_KIND 0x40000028u
#define PROCESS_SMALL_CALLS 54, 309, 310, 311
#endif

// Four comparisons: the first jumps to the check of an ioctl's request, the others to a refusal.
#define PROCESS_CALLS_(next, io, key, request, control) \
    PROCESS_EQUAL(io, (next), 0), PROCESS_EQUAL(key, (next) + 2, 0), \
        PROCESS_EQUAL(request, (next) + 1, 0), PROCESS_EQUAL(control, (next), (next) + 1)
#define PROCESS_CALLS(next, calls) PROCESS_CALLS_(next, calls)

// Keeps this process and its children from the kernel's keyrings and from the input of terminals: they get
// a new session keyring, and the filter refuses calls that reach other keyrings, TIOCSTI and TIOCLINUX.
// Set-user-ID programs give them no further rights.
//
// Returns 0, or the number of the error.
static inline int process_confine(void) {
    // This fails in a kernel without keyrings, where there is no keyring to leave.
    (void)syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL);
#if defined(PROCESS_OWN_KIND)
    static const struct process_rule rules[] = {
        PROCESS_LOAD(4),  // the architecture
        PROCESS_EQUAL(PROCESS_SMALL_KIND, 8, 0),
        PROCESS_EQUAL(PROCESS_OWN_KIND, 0, 16),
        PROCESS_LOAD(0),  // the call's number
        PROCESS_BITS(0xbfffffffu),  // x32 has the same numbers with one more bit
        PROCESS_EQUAL(514, 9, 0),  // except ioctl, which is 514; other kinds have no such call
        PROCESS_CALLS(8, PROCESS_OWN_CALLS),
        PROCESS_LOAD(0),
        PROCESS_CALLS(3, PROCESS_SMALL_CALLS),
        PROCESS_LOAD(24),  // the second argument: the request
        PROCESS_EQUAL(0x5412, 3, 0),  // TIOCSTI
        PROCESS_EQUAL(0x541c, 2, 1),  // TIOCLINUX
        PROCESS_ANSWER(PROCESS_REFUSE(ENOSYS)),
        PROCESS_ANSWER(PROCESS_ALLOW),
        PROCESS_ANSWER(PROCESS_REFUSE(EPERM)),
    };
    const struct process_rules all = {sizeof rules / sizeof rules[0], rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    if (prctl(PR_SET_SECCOMP, 2 /* SECCOMP_MODE_FILTER */, &all) != 0) return errno;
#endif
    return 0;
}

// Runs the program in the new process of process_start. An error is written to the file `answer`, which a
// successful start of the program closes.
static inline void process_become(
    const char *program, char *const *arguments, char *const *environment, const int *files, int answer
) {
    int text[2] = {0, 0};
    for (int number = 1; number < 65; number++) (void)signal(number, SIG_DFL);
    // The four files can have each other's target numbers.
    int kept[4] = {files[0], files[1], files[2], answer};
    for (int index = 0; index < 4; index++) {
        kept[index] = fcntl(kept[index], F_DUPFD_CLOEXEC, 10);
        if (kept[index] < 0) _exit(127);
    }
    for (int index = 0; index < 4; index++) {
        if (dup2(kept[index], index) < 0) _exit(127);
    }
    (void)fcntl(3, F_SETFD, FD_CLOEXEC);
    if (syscall(436 /* close_range */, 4u, ~0u, 0u) != 0) {
        long most = sysconf(_SC_OPEN_MAX);
        for (int file = 4; file < (most > 0 ? most : 1 << 16); file++) close(file);
    }
    sigset_t none;
    sigemptyset(&none);
    text[1] = process_confine();
    if (text[1] == 0) {
        text[0] = 1;
        if (setsid() >= 0 && chdir("/") == 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0) {
            (void)execve(program, arguments, environment);
        }
        text[1] = errno;
    }
    (void)!write(3, text, sizeof text);
    _exit(127);
}

// Starts a confined program in a new session and in the root directory, with only three open files.
//
// Returns the process. On failure, returns -1 and sets the error and whether the confinement failed.
static inline pid_t process_start(
    const char *program, char *const *arguments, char *const *environment, const int *files,
    int *error, int *is_confinement
) {
    int ends[2];
    int text[2] = {1, 0};
    sigset_t all, before;
    if (syscall(SYS_pipe2, ends, O_CLOEXEC) != 0) {
        *error = errno;
        return -1;
    }
    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    pid_t process = fork();
    if (process == 0) process_become(program, arguments, environment, files, ends[1]);
    if (process < 0) text[1] = errno;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (process > 0) {
        ssize_t count;
        do count = read(ends[0], text, sizeof text);
        while (count < 0 && errno == EINTR);
        if (count > 0) {
            while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
            process = -1;
        }
    }
    close(ends[0]);
    *error = text[1];
    *is_confinement = text[0] == 0;
    return process;
}
#else
static inline int process_adopt_orphans(void) { return -1; }
#endif
