// What Swift cannot call by itself: prctl(2) takes a variable number of arguments.
#if defined(__linux__)
#include <sys/prctl.h>

// Makes orphaned descendants children of this process; 0 on success.
static inline int process_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}
#else
static inline int process_adopt_orphans(void) { return -1; }
#endif
