#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "records.h"

using testing::AllOf;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;

auto FailsWith(csv_status status, size_t line) {
    return AllOf(Field(&Parsed::status, status), Field(&Parsed::line, line));
}

TEST(Errors, AQuoteInsideAPlainField) {
    EXPECT_THAT(parse("a\nb\"c\n"), FailsWith(CSV_STRAY_QUOTE, 2));
}

TEST(Errors, TextAfterAClosingQuote) {
    EXPECT_THAT(parse("a\n\"b\" \n"), FailsWith(CSV_AFTER_QUOTE, 2));
}

TEST(Errors, AQuotedFieldWithoutEnd) {
    EXPECT_THAT(parse("\"a\nb\nc"), FailsWith(CSV_UNTERMINATED, 3));
}

TEST(Errors, RecordsBeforeTheErrorWereDelivered) {
    EXPECT_THAT(parse("a\nb\nc\"\n").records, SizeIs(2));
}

TEST(Errors, HaveMessages) {
    EXPECT_THAT(csv_message(CSV_AFTER_QUOTE), HasSubstr("comma was expected"));
    EXPECT_THAT(csv_message(CSV_UNTERMINATED), HasSubstr("inside a quoted field"));
}
