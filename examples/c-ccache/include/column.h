#ifndef COLUMN_H
#define COLUMN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Running statistics of one column; zero-initialise it. One pass, no stored values (Welford). */
typedef struct {
    size_t numbers;
    size_t empty;
    size_t text;
    double minimum;
    double maximum;
    double mean;
    double sum_of_squares; /* of the differences from the mean */
} column;

/* Counts one field as a number, as empty or as text. Returns whether it was a number. */
bool column_add(column *self, const char *field);

/* The sample standard deviation; 0 below two numbers. */
double column_deviation(const column *self);

#ifdef __cplusplus
}
#endif

#endif
