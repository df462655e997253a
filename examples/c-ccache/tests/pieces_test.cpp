#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "records.h"

// Whatever the sizes of the pieces, the records are the same.
class Pieces : public testing::TestWithParam<size_t> {};

TEST_P(Pieces, GiveTheSameRecords) {
    const std::string text = "name,\"two\r\nlines\"\r\n\"a \"\"b\"\"\",,\n1,2,3";
    EXPECT_EQ(parse(text, GetParam()).records, parse(text).records);
    EXPECT_EQ(parse(text, GetParam()).lines, parse(text).lines);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Pieces, testing::Range(size_t{1}, size_t{40}));

// Random bytes never crash, and end the same way in one piece or in many.
TEST(RandomBytes, EndTheSameWay) {
    std::mt19937 random(20220812);
    const std::string alphabet = "ab,\"\r\n";
    for (int round = 0; round < 2000; round++) {
        std::string text;
        for (auto left = random() % 24; left > 0; left--)
            text += alphabet[random() % alphabet.size()];
        Parsed whole = parse(text), bytes = parse(text, 1);
        ASSERT_EQ(whole.status, bytes.status) << testing::PrintToString(text);
        ASSERT_EQ(whole.records, bytes.records) << testing::PrintToString(text);
        ASSERT_EQ(whole.line, bytes.line) << testing::PrintToString(text);
    }
}
