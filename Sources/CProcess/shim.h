// What Swift cannot call by itself: prctl(2) and syscall(2) take a variable number of arguments.
#if defined(__linux__)
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Makes orphaned descendants children of this process; 0 on success.
static inline int process_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

// A program for seccomp(2), as linux/filter.h has it.
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

// What the rules are made of: load a word of the call, take bits of it, compare, answer.
#define PROCESS_LOAD(offset) {0x20, 0, 0, (offset)}
#define PROCESS_BITS(mask) {0x54, 0, 0, (mask)}
#define PROCESS_EQUAL(value, if_true, if_false) {0x15, (if_true), (if_false), (value)}
#define PROCESS_ANSWER(value) {0x06, 0, 0, (value)}
#define PROCESS_ALLOW 0x7fff0000u
#define PROCESS_REFUSE(error) (0x00050000u | (error))

// The calls of the machine's own kind and of its 32-bit kind: ioctl, add_key, request_key, keyctl.
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

// Four comparisons, of which the first leads to the request of an ioctl and the others to a refusal.
#define PROCESS_CALLS_(next, io, key, request, control) \
    PROCESS_EQUAL(io, (next), 0), PROCESS_EQUAL(key, (next) + 2, 0), \
        PROCESS_EQUAL(request, (next) + 1, 0), PROCESS_EQUAL(control, (next), (next) + 1)
#define PROCESS_CALLS(next, calls) PROCESS_CALLS_(next, calls)

// Takes the kernel's keyrings and the input of terminals from this thread and from the processes that
// it starts: a session keyring of their own, no call that reaches another one, no TIOCSTI and no
// TIOCLINUX. No program that they run gets further rights by its file's mode.
//
// 0, or the number of the error.
static inline int process_confine_thread(void) {
    // Without keyrings in the kernel there is nothing to leave.
    (void)syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL);
#if defined(PROCESS_OWN_KIND)
    static const struct process_rule rules[] = {
        PROCESS_LOAD(4),  // the kind
        PROCESS_EQUAL(PROCESS_SMALL_KIND, 8, 0),
        PROCESS_EQUAL(PROCESS_OWN_KIND, 0, 16),
        PROCESS_LOAD(0),  // the call's number
        PROCESS_BITS(0xbfffffffu),  // x32 has the same numbers with one bit more
        PROCESS_EQUAL(514, 9, 0),  // but for this one, ioctl; there is no such call elsewhere
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
#else
static inline int process_adopt_orphans(void) { return -1; }
#endif
