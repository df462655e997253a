/* The floor of a cache of directory trees: the same work with nothing around it, on two threads.
 *
 *     cc -O2 -o floor floor.c -lpthread -lcrypto -lzstd
 *     floor walk TREE            looks at every name
 *     floor save TREE ARCHIVE    walks, reads, hashes every file (SHA-256), compresses parts of 512 KiB
 *                                (zstd level 1) and writes them
 *     floor restore ARCHIVE DIR  reads, decompresses and makes the tree, with modes and times
 *     floor again ARCHIVE DIR    looks at every file, and makes those again whose size or time is another
 *     floor packs-save TREE ARCHIVE, floor packs-restore ARCHIVE DIR
 *                                the same, and what the cache's format asks for besides: large files are
 *                                cut by their content, what is stored is hashed when it is written and
 *                                when it is read, and a new file is looked at, to know it again
 *
 * No keys, no checks, no index, nothing is reused, nothing is safe. What `buildspec` takes longer than
 * this is what its features cost.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

enum { THREADS = 2, PART = 512 << 10, PATH = 4096, LARGE = 8 << 20, SMALLEST = 64 << 10 };

struct file {
    char *path, *target;
    mode_t mode;
    off_t size;
    struct timespec modified;
    int is_changed;
};

/* A stretch of a file, or several whole files, that are compressed together. */
struct part {
    size_t first, last;
    off_t start, length, stored, place;
};

static struct file *files;
static struct part *parts;
static size_t file_count, file_room, part_count, part_room;
static int tree, archive;
static atomic_size_t next_part;
static atomic_llong archive_end;
static int has_packs, is_again;
static unsigned long long gear[256];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *grown(void *array, size_t count, size_t *room, size_t size) {
    if (count < *room) return array;
    *room = *room ? *room * 2 : 4096;
    array = realloc(array, *room * size);
    return array ? array : (fail("memory"), NULL);
}

static char *joined(const char *directory, const char *name) {
    char *path;
    if (asprintf(&path, "%s%s%s", directory, *directory ? "/" : "", name) < 0) fail("memory");
    return path;
}

static void walk(int handle, const char *path) {
    DIR *stream = fdopendir(handle);
    if (!stream) fail(path);
    size_t first = file_count;
    for (struct dirent *name; (name = readdir(stream));) {
        if (!strcmp(name->d_name, ".") || !strcmp(name->d_name, "..")) continue;
        struct stat status;
        if (fstatat(handle, name->d_name, &status, AT_SYMLINK_NOFOLLOW)) fail(name->d_name);
        files = grown(files, file_count, &file_room, sizeof *files);
        struct file *file = &files[file_count++];
        off_t size = S_ISREG(status.st_mode) ? status.st_size : 0;
        *file = (struct file){joined(path, name->d_name), NULL, status.st_mode, size, status.st_mtim, 0};
        if (S_ISLNK(status.st_mode)) {
            char target[PATH] = "";
            if (readlinkat(handle, name->d_name, target, PATH - 1) < 0) fail(file->path);
            file->target = strdup(target);
        }
    }
    for (size_t end = file_count, index = first; index < end; index++) {
        if (!S_ISDIR(files[index].mode)) continue;
        char *below = files[index].path;
        const char *name = strrchr(below, '/');
        int child = openat(handle, name ? name + 1 : below, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (child < 0) fail(below);
        walk(child, below);
    }
    closedir(stream);
}

static void add_part(struct part part) {
    parts = grown(parts, part_count, &part_room, sizeof *parts);
    parts[part_count++] = part;
}

static void plan(void) {
    struct part open = {0};
    for (size_t index = 0; index < file_count; index++) {
        off_t size = files[index].size;
        if (open.length && open.length + size > PART) {
            add_part(open);
            open.length = 0;
        }
        if (size > PART) {
            for (off_t start = 0; start < size; start += PART)
                add_part((struct part){index, index + 1, start, size - start < PART ? size - start : PART, 0, 0});
        } else if (size) {
            if (!open.length) open.first = index;
            open.last = index + 1;
            open.length += size;
        }
    }
    if (open.length) add_part(open);
}

/* Where a chunk ends that begins these bytes: a gear hash, 128 KiB on average. */
static size_t cut(const unsigned char *bytes, size_t size) {
    unsigned long long hash = 0;
    for (size_t index = SMALLEST - 64; index < size; index++) {
        hash = (hash << 1) + gear[bytes[index]];
        if (index >= SMALLEST && !(hash >> 48)) return index + 1;
    }
    return size;
}

static void digest(const char *bytes, size_t size) {
    unsigned char digest[32];
    if (!EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL)) fail("digest");
}

static void digest_chunks(const char *bytes, size_t size) {
    for (size_t end; size; bytes += end, size -= end) {
        end = cut((const unsigned char *)bytes, size);
        digest(bytes, end);
    }
}

static void save_part(struct part *part, char *bytes, char *packed, ZSTD_CCtx *context) {
    off_t done = 0;
    for (size_t index = part->first; index < part->last; index++) {
        struct file *file = &files[index];
        off_t size = part->last - part->first > 1 ? file->size : part->length;
        if (!size || !S_ISREG(file->mode)) continue;
        int handle = openat(tree, file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (handle < 0) fail(file->path);
        if (pread(handle, bytes + done, size, part->start) != size) fail(file->path);
        close(handle);
        if (has_packs && file->size > LARGE) digest_chunks(bytes + done, size);
        else digest(bytes + done, size);
        done += size;
    }
    size_t stored = ZSTD_compressCCtx(context, packed, ZSTD_compressBound(PART), bytes, done, 1);
    if (ZSTD_isError(stored)) fail("compress");
    if (has_packs) digest(packed, stored);
    part->length = done;
    part->stored = stored;
    part->place = atomic_fetch_add(&archive_end, stored);
    if (pwrite(archive, packed, stored, part->place) != (ssize_t)stored) fail("write");
}

static void make(struct file *file, const char *bytes, off_t size, off_t start) {
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (file->size == size ? O_EXCL : 0);
    char name[PATH];
    snprintf(name, PATH, "%s%s", file->path, is_again ? ".new" : "");
    int handle = openat(tree, name, flags, file->mode & 0777);
    if (handle < 0) fail(name);
    if (size && pwrite(handle, bytes, size, start) != size) fail(file->path);
    struct timespec times[2] = {{0, UTIME_OMIT}, file->modified};
    if (futimens(handle, times)) fail(file->path);
    struct stat status;
    if (has_packs && fstat(handle, &status)) fail(file->path);
    close(handle);
}

static void look(struct file *file) {
    struct stat status;
    file->is_changed = S_ISREG(file->mode) && (fstatat(tree, file->path, &status, AT_SYMLINK_NOFOLLOW)
        || status.st_size != file->size || status.st_mtim.tv_sec != file->modified.tv_sec
        || status.st_mtim.tv_nsec != file->modified.tv_nsec);
}

static int is_wanted(const struct part *part) {
    for (size_t index = part->first; index < part->last; index++)
        if (files[index].is_changed) return 1;
    return !is_again;
}

static void restore_part(struct part *part, char *bytes, char *packed, ZSTD_DCtx *context) {
    if (!is_wanted(part)) return;
    if (pread(archive, packed, part->stored, part->place) != part->stored) fail("read");
    if (has_packs) digest(packed, part->stored);
    if (ZSTD_isError(ZSTD_decompressDCtx(context, bytes, PART, packed, part->stored))) fail("decompress");
    off_t done = 0;
    for (size_t index = part->first; index < part->last; index++) {
        struct file *file = &files[index];
        off_t size = part->last - part->first > 1 ? file->size : part->length;
        if (size && S_ISREG(file->mode) && (!is_again || file->is_changed))
            make(file, bytes + done, size, part->start);
        done += size;
    }
}

static void *work(void *saves) {
    char *bytes = malloc(PART), *packed = malloc(ZSTD_compressBound(PART));
    ZSTD_CCtx *compressor = ZSTD_createCCtx();
    ZSTD_DCtx *decompressor = ZSTD_createDCtx();
    for (size_t index; (index = atomic_fetch_add(&next_part, 1)) < part_count;) {
        if (saves) save_part(&parts[index], bytes, packed, compressor);
        else restore_part(&parts[index], bytes, packed, decompressor);
    }
    return NULL;
}

static void *look_at_some(void *unused) {
    for (size_t index; (index = atomic_fetch_add(&next_part, 1)) < file_count;) look(&files[index]);
    return unused;
}

static void run(void *(*work)(void *), int saves) {
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++)
        pthread_create(&threads[index], NULL, work, saves ? &threads : NULL);
    for (int index = 0; index < THREADS; index++) pthread_join(threads[index], NULL);
}

static void write_index(const char *path) {
    FILE *index = fopen(path, "w");
    if (!index) fail(path);
    fprintf(index, "%zu %zu\n", file_count, part_count);
    for (size_t number = 0; number < file_count; number++) {
        struct file *file = &files[number];
        fprintf(index, "%o %lld %lld %ld %zu %zu\n", file->mode, (long long)file->size,
                (long long)file->modified.tv_sec, file->modified.tv_nsec, strlen(file->path),
                file->target ? strlen(file->target) : 0);
        fprintf(index, "%s%s\n", file->path, file->target ? file->target : "");
    }
    fwrite(parts, sizeof *parts, part_count, index);
    if (fclose(index)) fail(path);
}

static void read_index(const char *path) {
    FILE *index = fopen(path, "r");
    if (!index || fscanf(index, "%zu %zu\n", &file_count, &part_count) != 2) fail(path);
    files = calloc(file_count, sizeof *files);
    parts = calloc(part_count, sizeof *parts);
    for (size_t number = 0; number < file_count; number++) {
        struct file *file = &files[number];
        long long size, seconds;
        size_t length, target;
        if (fscanf(index, "%o %lld %lld %ld %zu %zu", &file->mode, &size, &seconds,
                   &file->modified.tv_nsec, &length, &target) != 6)
            fail(path);
        file->size = size;
        file->modified.tv_sec = seconds;
        file->path = calloc(1, length + 1);
        file->target = calloc(1, target + 1);
        fgetc(index);
        if (fread(file->path, 1, length, index) != length) fail(path);
        if (fread(file->target, 1, target, index) != target) fail(path);
        fgetc(index);
    }
    if (fread(parts, sizeof *parts, part_count, index) != part_count) fail(path);
    fclose(index);
}

static void restore(void) {
    for (size_t index = 0; index < file_count; index++)
        if (S_ISDIR(files[index].mode) && mkdirat(tree, files[index].path, 0755)) fail(files[index].path);
    for (size_t index = 0; index < file_count; index++) {
        struct file *file = &files[index];
        if (S_ISREG(file->mode) && !file->size) make(file, NULL, 0, 0);
        if (S_ISLNK(file->mode) && symlinkat(file->target, tree, file->path)) fail(file->path);
    }
    run(work, 0);
    for (size_t index = file_count; index-- > 0;) {
        struct file *file = &files[index];
        if (S_ISREG(file->mode)) continue;
        struct timespec times[2] = {{0, UTIME_OMIT}, file->modified};
        if (S_ISDIR(file->mode)) fchmodat(tree, file->path, file->mode & 07777, 0);
        if (utimensat(tree, file->path, times, AT_SYMLINK_NOFOLLOW)) fail(file->path);
    }
}

static void restore_again(void) {
    is_again = 1;
    run(look_at_some, 0);
    next_part = 0;
    run(work, 0);
    for (size_t index = 0; index < file_count; index++) {
        if (!files[index].is_changed || !files[index].size) continue;
        char name[PATH];
        snprintf(name, PATH, "%s.new", files[index].path);
        if (renameat(tree, name, tree, files[index].path)) fail(name);
    }
}

int main(int count, char **words) {
    if (count < 3) return 64;
    const char *verb = words[1];
    has_packs = !strncmp(verb, "packs-", 6);
    if (has_packs) verb += 6;
    for (int byte = 0; byte < 256; byte++)
        gear[byte] = gear[byte ? byte - 1 : 0] * 6364136223846793005ULL + 1442695040888963407ULL;
    int walks = !strcmp(verb, "walk"), saves = !strcmp(verb, "save");
    if (!walks && count < 4) return 64;
    const char *top = words[walks || saves ? 2 : 3], *path = words[saves ? 3 : 2];
    tree = open(top, O_RDONLY | O_DIRECTORY);
    if (tree < 0) fail(top);
    if (walks || saves) walk(dup(tree), "");
    if (walks) return 0;
    archive = open(path, saves ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0644);
    if (archive < 0) fail(path);
    char index[PATH];
    snprintf(index, sizeof index, "%s.index", path);
    if (saves) {
        plan();
        run(work, 1);
        write_index(index);
    } else {
        read_index(index);
        if (strcmp(verb, "again")) restore();
        else restore_again();
    }
    return 0;
}
