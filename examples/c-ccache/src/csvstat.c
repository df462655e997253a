/* csvstat FILE: statistics of each column of a CSV file whose first record has the names. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "csv.h"

typedef struct {
    char **names;
    column *columns;
    size_t count;
    size_t records;
    size_t uneven; /* records with another number of fields than the first */
} table;

static void read_names(table *t, const char *const *fields, size_t count) {
    t->names = calloc(count, sizeof *t->names);
    t->columns = calloc(count, sizeof *t->columns);
    if (t->names == NULL || t->columns == NULL) abort();
    for (size_t i = 0; i < count; i++) t->names[i] = strdup(fields[i]);
    t->count = count;
}

static void on_record(void *context, size_t line, const char *const *fields, size_t count) {
    table *t = context;
    (void)line;
    if (t->names == NULL) {
        read_names(t, fields, count);
        return;
    }
    t->records++;
    if (count != t->count) t->uneven++;
    for (size_t i = 0; i < count && i < t->count; i++) column_add(&t->columns[i], fields[i]);
}

static void print(const table *t) {
    printf("%-12s %8s %8s %12s %12s %12s %12s\n", "column", "numbers", "empty", "minimum",
           "maximum", "mean", "deviation");
    for (size_t i = 0; i < t->count; i++) {
        const column *c = &t->columns[i];
        printf("%-12s %8zu %8zu %12g %12g %12g %12g\n", t->names[i], c->numbers, c->empty,
               c->minimum, c->maximum, c->mean, column_deviation(c));
    }
    printf("%zu records", t->records);
    if (t->uneven > 0) printf(", %zu of another width than the first", t->uneven);
    printf("\n");
}

static void release(table *t) {
    for (size_t i = 0; i < t->count; i++) free(t->names[i]);
    free(t->names);
    free(t->columns);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: csvstat FILE\n");
        return 64;
    }
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL) {
        perror(argv[1]);
        return 1;
    }
    table t = {0};
    csv_reader *reader = csv_reader_new(on_record, &t);
    if (reader == NULL) abort();
    char bytes[65536];
    size_t size;
    csv_status status = CSV_OK;
    while (status == CSV_OK && (size = fread(bytes, 1, sizeof bytes, file)) > 0)
        status = csv_feed(reader, bytes, size);
    if (status == CSV_OK) status = csv_finish(reader);
    fclose(file);
    if (status == CSV_OK) print(&t);
    else fprintf(stderr, "%s:%zu: %s\n", argv[1], csv_line(reader), csv_message(status));
    csv_reader_free(reader);
    release(&t);
    return status == CSV_OK ? 0 : 1;
}
