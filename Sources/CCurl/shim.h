// Bindings to libcurl, which is loaded when it is first needed.
//
// If the program linked libcurl, every start would load thirty libraries, which takes longer than the rest
// of the start. The functions are therefore looked up by name at run time, as the documented ABI allows:
// libcurl has kept the ABI number 4 and all option numbers since 2006. The build needs no libcurl header.
// Handles and functions are integers here, so that Swift does not manage their memory.

#ifndef BUILDSPEC_CURL_H
#define BUILDSPEC_CURL_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

struct curl_functions {
    uintptr_t easy_init;
    uintptr_t easy_reset;
    uintptr_t easy_cleanup;
    uintptr_t easy_setopt;
    uintptr_t easy_perform;
    uintptr_t easy_getinfo;
    uintptr_t easy_strerror;
    uintptr_t slist_append;
    uintptr_t slist_free_all;
};

typedef size_t (*curl_data_callback)(char *data, size_t size, size_t count, void *context);
typedef int (*curl_progress_callback)(void *context, int64_t, int64_t, int64_t, int64_t);

// Returns the functions of the first library that can be loaded; all are zero if none can be loaded.
static inline struct curl_functions curl_functions_load(void) {
    static const char *const names[] = {
#ifdef __APPLE__
        "/usr/lib/libcurl.4.dylib",
        "libcurl.4.dylib",
#else
        "libcurl.so.4",
        "libcurl-gnutls.so.4",
        "libcurl-nss.so.4",
#endif
    };
    struct curl_functions none = {0};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        void *library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
        if (!library) continue;
        struct curl_functions found = {
            .easy_init = (uintptr_t)dlsym(library, "curl_easy_init"),
            .easy_reset = (uintptr_t)dlsym(library, "curl_easy_reset"),
            .easy_cleanup = (uintptr_t)dlsym(library, "curl_easy_cleanup"),
            .easy_setopt = (uintptr_t)dlsym(library, "curl_easy_setopt"),
            .easy_perform = (uintptr_t)dlsym(library, "curl_easy_perform"),
            .easy_getinfo = (uintptr_t)dlsym(library, "curl_easy_getinfo"),
            .easy_strerror = (uintptr_t)dlsym(library, "curl_easy_strerror"),
            .slist_append = (uintptr_t)dlsym(library, "curl_slist_append"),
            .slist_free_all = (uintptr_t)dlsym(library, "curl_slist_free_all"),
        };
        uintptr_t global_init = (uintptr_t)dlsym(library, "curl_global_init");
        if (!global_init || !found.easy_init || !found.easy_reset || !found.easy_cleanup
            || !found.easy_setopt || !found.easy_perform || !found.easy_getinfo
            || !found.easy_strerror || !found.slist_append || !found.slist_free_all) continue;
        // CURL_GLOBAL_ALL
        if (((int (*)(long))global_init)(3) == 0) return found;
    }
    return none;
}

static inline uintptr_t curl_open(const struct curl_functions *curl) {
    return (uintptr_t)((void *(*)(void))curl->easy_init)();
}

static inline void curl_reset(const struct curl_functions *curl, uintptr_t handle) {
    ((void (*)(void *))curl->easy_reset)((void *)handle);
}

static inline void curl_close(const struct curl_functions *curl, uintptr_t handle) {
    ((void (*)(void *))curl->easy_cleanup)((void *)handle);
}

static inline int curl_perform(const struct curl_functions *curl, uintptr_t handle) {
    return ((int (*)(void *))curl->easy_perform)((void *)handle);
}

// The number of an option determines the type of its value, and a wrong type is undefined behaviour:
// below 10000 a long, from 10000 a pointer, from 20000 a function, from 30000 a 64-bit number.

typedef int (*curl_setopt_function)(void *, int, ...);

static inline int curl_set_long(
    const struct curl_functions *curl, uintptr_t handle, int option, long value
) {
    return ((curl_setopt_function)curl->easy_setopt)((void *)handle, option, value);
}

static inline int curl_set_size(
    const struct curl_functions *curl, uintptr_t handle, int option, int64_t value
) {
    return ((curl_setopt_function)curl->easy_setopt)((void *)handle, option, value);
}

// libcurl copies the value.
static inline int curl_set_text(
    const struct curl_functions *curl, uintptr_t handle, int option, const char *value
) {
    return ((curl_setopt_function)curl->easy_setopt)((void *)handle, option, value);
}

// libcurl keeps the pointer, so the value must outlive the transfer.
static inline int curl_set_pointer(
    const struct curl_functions *curl, uintptr_t handle, int option, const void *value
) {
    return ((curl_setopt_function)curl->easy_setopt)((void *)handle, option, value);
}

static inline int curl_set_data_callback(
    const struct curl_functions *curl, uintptr_t handle, int option, curl_data_callback value
) {
    return ((curl_setopt_function)curl->easy_setopt)((void *)handle, option, value);
}

static inline int curl_set_progress_callback(
    const struct curl_functions *curl, uintptr_t handle, int option, curl_progress_callback value
) {
    return ((curl_setopt_function)curl->easy_setopt)((void *)handle, option, value);
}

static inline long curl_status(const struct curl_functions *curl, uintptr_t handle) {
    long status = 0;
    // CURLINFO_RESPONSE_CODE
    ((int (*)(void *, int, ...))curl->easy_getinfo)((void *)handle, 0x200002, &status);
    return status;
}

static inline const char *curl_text_of_error(const struct curl_functions *curl, int code) {
    return ((const char *(*)(int))curl->easy_strerror)(code);
}

// Appends a copy of `text` to a list and returns the list; 0 is the empty list.
static inline uintptr_t curl_list_append(
    const struct curl_functions *curl, uintptr_t list, const char *text
) {
    return (uintptr_t)((void *(*)(void *, const char *))curl->slist_append)((void *)list, text);
}

static inline void curl_list_free(const struct curl_functions *curl, uintptr_t list) {
    ((void (*)(void *))curl->slist_free_all)((void *)list);
}

static inline int curl_set_list(
    const struct curl_functions *curl, uintptr_t handle, int option, uintptr_t list
) {
    return ((curl_setopt_function)curl->easy_setopt)((void *)handle, option, (void *)list);
}

#endif
