#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "records.h"

using testing::ElementsAre;
using testing::IsEmpty;

struct Case {
    std::string name, text;
    std::vector<Record> records;
};

class Reader : public testing::TestWithParam<Case> {};

TEST_P(Reader, Reads) {
    Parsed parsed = parse(GetParam().text);
    EXPECT_EQ(parsed.status, CSV_OK);
    EXPECT_THAT(parsed.records, testing::ElementsAreArray(GetParam().records));
}

INSTANTIATE_TEST_SUITE_P(
    Rfc4180, Reader,
    testing::Values(
        Case{"Nothing", "", {}},
        Case{"OneField", "a", {{"a"}}},
        Case{"LineEnd", "a,b\n", {{"a", "b"}}},
        Case{"NoLineEnd", "a,b", {{"a", "b"}}},
        Case{"CarriageReturns", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
        Case{"LoneCarriageReturns", "a\rb\r", {{"a"}, {"b"}}},
        Case{"EmptyFields", ",,\n", {{"", "", ""}}},
        Case{"EmptyLine", "a\n\nb\n", {{"a"}, {""}, {"b"}}},
        Case{"QuotedComma", "\"a,b\",c\n", {{"a,b", "c"}}},
        Case{"QuotedLineEnd", "\"a\nb\",c\n", {{"a\nb", "c"}}},
        Case{"DoubledQuote", "\"say \"\"hi\"\"\"\n", {{"say \"hi\""}}},
        Case{"QuotedNothing", "\"\",x\n", {{"", "x"}}},
        Case{"Spaces", " a , b \n", {{" a ", " b "}}}),
    [](const auto& info) { return info.param.name; });

TEST(ReaderLines, AreThoseTheRecordBeginsOn) {
    Parsed parsed = parse("a\n\"b\nb\nb\"\nc\n");
    EXPECT_THAT(parsed.lines, ElementsAre(1, 2, 5));
}

TEST(ReaderLines, OfNothingAreNone) { EXPECT_THAT(parse("").lines, IsEmpty()); }
