#ifndef CSV_H
#define CSV_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Comma-separated values as RFC 4180 has them, with LF or CRLF line ends. */

typedef enum {
    CSV_OK,
    CSV_STRAY_QUOTE,   /* a quote inside a field that does not begin with one */
    CSV_AFTER_QUOTE,   /* text between a closing quote and the next comma */
    CSV_UNTERMINATED,  /* the input ended inside a quoted field */
    CSV_NO_MEMORY
} csv_status;

/* Called once per record. `line` is the 1-based line the record begins on. */
typedef void (*csv_record_fn)(void *context, size_t line, const char *const *fields,
                              size_t count);

typedef struct csv_reader csv_reader;

csv_reader *csv_reader_new(csv_record_fn on_record, void *context);
void csv_reader_free(csv_reader *reader);

/* Pieces may end anywhere, inside a field or between CR and LF. After an error the reader keeps
   returning that error. */
csv_status csv_feed(csv_reader *reader, const char *bytes, size_t size);
csv_status csv_finish(csv_reader *reader);

/* The 1-based line that the reader has reached: where an error was found. */
size_t csv_line(const csv_reader *reader);
const char *csv_message(csv_status status);

/* Appends `field`, quoted if it has to be; returns the bytes needed, as snprintf does. */
size_t csv_quote(const char *field, char *out, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
