#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>

#include "column.h"
#include "records.h"

using testing::Each;
using testing::Pair;
using testing::ResultOf;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// From text to statistics: reader and columns together.
static std::map<std::string, column> statistics(const std::string& text) {
    Parsed parsed = parse(text);
    std::map<std::string, column> columns;
    for (size_t r = 1; r < parsed.records.size(); r++)
        for (size_t f = 0; f < parsed.records[r].size(); f++)
            column_add(&columns[parsed.records[0][f]], parsed.records[r][f].c_str());
    return columns;
}

TEST(Table, HasOneColumnPerName) {
    auto mean = [](const column& c) { return c.mean; };
    EXPECT_THAT(statistics("x,y\n1,10\n3,30\n"),
                UnorderedElementsAre(Pair("x", ResultOf(mean, 2)), Pair("y", ResultOf(mean, 20))));
}

TEST(Table, KeepsQuotedNumbers) {
    auto numbers = [](const auto& pair) { return pair.second.numbers; };
    EXPECT_THAT(statistics("x,y\n\"1\",2\n3,\"4\"\n"), Each(ResultOf(numbers, 2u)));
}

TEST(Table, OfDatesIsText) {
    const std::regex date("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    const std::string day = "2024-02-29";
    ASSERT_TRUE(std::regex_match(day, date));
    auto columns = statistics("day\n" + day + "\n");
    EXPECT_THAT(columns, SizeIs(1));
    EXPECT_EQ(columns["day"].text, 1u);
}
