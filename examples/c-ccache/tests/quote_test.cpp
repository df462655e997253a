#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "records.h"

using testing::ElementsAre;
using testing::Eq;

TEST(Quote, LeavesPlainFieldsAlone) { EXPECT_THAT(asField("a b"), Eq("a b")); }
TEST(Quote, QuotesCommas) { EXPECT_THAT(asField("a,b"), Eq("\"a,b\"")); }
TEST(Quote, DoublesQuotes) { EXPECT_THAT(asField("a\"b"), Eq("\"a\"\"b\"")); }

TEST(Quote, TellsTheSizeItNeeds) {
    char small[4];
    EXPECT_EQ(csv_quote("a,b", small, sizeof small), 5u);
    EXPECT_STREQ(small, "\"a,");
}

TEST(Quote, IsReadBack) {
    std::mt19937 random(4180);
    const std::string alphabet = "xy ,\"\r\n";
    for (int round = 0; round < 2000; round++) {
        std::string field;
        for (auto left = random() % 12; left > 0; left--)
            field += alphabet[random() % alphabet.size()];
        ASSERT_THAT(parse(asField(field) + "," + asField(field) + "\n").records,
                    ElementsAre(ElementsAre(field, field)))
            << testing::PrintToString(field);
    }
}
