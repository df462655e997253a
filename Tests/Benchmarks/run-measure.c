// The bare thing that a build is held against, and what it is measured with.
//
//     run-measure loop N TEXT           runs 'sh -c TEXT' N times; prints milliseconds
//     run-measure once OUTPUT COMMAND…  runs a command; prints milliseconds and its peak in KB

#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

// Runs a program to its end and gives its peak memory in KB; a failure ends the measurement.
static long run(char *const arguments[], const char *output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child;
    int problem = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    struct rusage usage;
    if (problem != 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
        fprintf(stderr, "error: '%s' failed\n", arguments[0]);
        exit(1);
    }
    return usage.ru_maxrss;
}

int main(int count, char *arguments[]) {
    if (count == 4 && strcmp(arguments[1], "loop") == 0) {
        char *const command[] = {"/bin/sh", "-c", arguments[3], NULL};
        double start = now();
        for (int left = atoi(arguments[2]); left > 0; left--) run(command, "/dev/null");
        printf("%.3f\n", now() - start);
        return 0;
    }
    if (count >= 4 && strcmp(arguments[1], "once") == 0) {
        double start = now();
        long memory = run(arguments + 3, arguments[2]);
        printf("%.3f %ld\n", now() - start, memory);
        return 0;
    }
    fprintf(stderr, "usage: run-measure loop N TEXT | once OUTPUT COMMAND...\n");
    return 64;
}
