#include "column.h"

#include <math.h>
#include <stdlib.h>

static bool parse_number(const char *field, double *value) {
    char *end = NULL;
    *value = strtod(field, &end);
    return end != field && *end == '\0' && isfinite(*value);
}

bool column_add(column *self, const char *field) {
    double value;
    if (*field == '\0') {
        self->empty++;
        return false;
    }
    if (!parse_number(field, &value)) {
        self->text++;
        return false;
    }
    self->numbers++;
    if (self->numbers == 1 || value < self->minimum) self->minimum = value;
    if (self->numbers == 1 || value > self->maximum) self->maximum = value;
    double difference = value - self->mean;
    self->mean += difference / (double)self->numbers;
    self->sum_of_squares += difference * (value - self->mean);
    return true;
}

double column_deviation(const column *self) {
    if (self->numbers < 2) return 0;
    return sqrt(self->sum_of_squares / (double)(self->numbers - 1));
}
