#include "csv.h"

#include <stdlib.h>
#include <string.h>

typedef enum { FIELD_START, PLAIN, QUOTED, QUOTE_IN_QUOTED, AFTER_CR } state;

struct csv_reader {
    csv_record_fn on_record;
    void *context;
    state state;
    csv_status status;
    size_t line;
    size_t record_line;
    char *text; /* the fields of this record, each ended by NUL */
    size_t text_size, text_capacity;
    size_t *starts; /* where each field begins in text */
    size_t count, starts_capacity;
};

csv_reader *csv_reader_new(csv_record_fn on_record, void *context) {
    csv_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) return NULL;
    reader->on_record = on_record;
    reader->context = context;
    reader->line = reader->record_line = 1;
    return reader;
}

void csv_reader_free(csv_reader *reader) {
    if (reader == NULL) return;
    free(reader->text);
    free(reader->starts);
    free(reader);
}

static csv_status append(csv_reader *r, char byte) {
    if (r->text_size == r->text_capacity) {
        size_t capacity = r->text_capacity ? r->text_capacity * 2 : 256;
        char *text = realloc(r->text, capacity);
        if (text == NULL) return CSV_NO_MEMORY;
        r->text = text;
        r->text_capacity = capacity;
    }
    r->text[r->text_size++] = byte;
    return CSV_OK;
}

static csv_status begin_field(csv_reader *r) {
    if (r->count == r->starts_capacity) {
        size_t capacity = r->starts_capacity ? r->starts_capacity * 2 : 16;
        size_t *starts = realloc(r->starts, capacity * sizeof *starts);
        if (starts == NULL) return CSV_NO_MEMORY;
        r->starts = starts;
        r->starts_capacity = capacity;
    }
    r->starts[r->count++] = r->text_size;
    return CSV_OK;
}

static csv_status end_record(csv_reader *r) {
    const char **fields = malloc(r->count * sizeof *fields);
    if (fields == NULL) return CSV_NO_MEMORY;
    for (size_t i = 0; i < r->count; i++) fields[i] = r->text + r->starts[i];
    r->on_record(r->context, r->record_line, fields, r->count);
    free(fields);
    r->text_size = r->count = 0;
    r->record_line = r->line;
    return CSV_OK;
}

/* A byte outside quotes that may end the field or the record. */
static csv_status plain_byte(csv_reader *r, char byte) {
    csv_status status = CSV_OK;
    switch (byte) {
    case ',':
        r->state = FIELD_START;
        return append(r, '\0');
    case '\r':
        r->state = AFTER_CR;
        return append(r, '\0');
    case '\n':
        r->line++;
        r->state = FIELD_START;
        status = append(r, '\0');
        return status == CSV_OK ? end_record(r) : status;
    case '"':
        return CSV_STRAY_QUOTE;
    default:
        r->state = PLAIN;
        return append(r, byte);
    }
}

static csv_status start_byte(csv_reader *r, char byte) {
    csv_status status = begin_field(r);
    if (status != CSV_OK) return status;
    if (byte != '"') return plain_byte(r, byte);
    r->state = QUOTED;
    return CSV_OK;
}

static csv_status quoted_byte(csv_reader *r, char byte) {
    if (byte == '"') {
        r->state = QUOTE_IN_QUOTED;
        return CSV_OK;
    }
    if (byte == '\n') r->line++;
    return append(r, byte);
}

static csv_status after_quote_byte(csv_reader *r, char byte) {
    if (byte == '"') {
        r->state = QUOTED;
        return append(r, byte);
    }
    if (byte != ',' && byte != '\r' && byte != '\n') return CSV_AFTER_QUOTE;
    return plain_byte(r, byte);
}

static csv_status after_cr_byte(csv_reader *r, char byte) {
    csv_status status;
    r->line++;
    r->state = FIELD_START;
    status = end_record(r);
    if (status != CSV_OK || byte == '\n') return status;
    return start_byte(r, byte);
}

static csv_status next_byte(csv_reader *r, char byte) {
    switch (r->state) {
    case FIELD_START: return start_byte(r, byte);
    case PLAIN: return plain_byte(r, byte);
    case QUOTED: return quoted_byte(r, byte);
    case QUOTE_IN_QUOTED: return after_quote_byte(r, byte);
    case AFTER_CR: return after_cr_byte(r, byte);
    }
    return CSV_OK;
}

csv_status csv_feed(csv_reader *reader, const char *bytes, size_t size) {
    for (size_t i = 0; i < size && reader->status == CSV_OK; i++)
        reader->status = next_byte(reader, bytes[i]);
    return reader->status;
}

csv_status csv_finish(csv_reader *reader) {
    if (reader->status != CSV_OK) return reader->status;
    if (reader->state == QUOTED) return reader->status = CSV_UNTERMINATED;
    /* A final line end does not begin another record. */
    if (reader->state == FIELD_START && reader->count == 0) return CSV_OK;
    return csv_feed(reader, "\n", 1);
}

size_t csv_line(const csv_reader *reader) { return reader->line; }

const char *csv_message(csv_status status) {
    switch (status) {
    case CSV_OK: return "no error";
    case CSV_STRAY_QUOTE: return "a quote inside a field that does not begin with one";
    case CSV_AFTER_QUOTE: return "text after a closing quote; a comma was expected";
    case CSV_UNTERMINATED: return "the input ended inside a quoted field";
    case CSV_NO_MEMORY: return "out of memory";
    }
    return "unknown status";
}

static size_t put(char *out, size_t capacity, size_t at, char byte) {
    if (at < capacity) out[at] = byte;
    return at + 1;
}

size_t csv_quote(const char *field, char *out, size_t capacity) {
    size_t size = 0;
    int quoted = strpbrk(field, ",\"\r\n") != NULL;
    if (quoted) size = put(out, capacity, size, '"');
    for (; *field != '\0'; field++) {
        if (*field == '"') size = put(out, capacity, size, '"');
        size = put(out, capacity, size, *field);
    }
    if (quoted) size = put(out, capacity, size, '"');
    if (capacity > 0) out[size < capacity ? size : capacity - 1] = '\0';
    return size;
}
