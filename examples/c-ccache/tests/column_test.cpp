#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "column.h"

using testing::DoubleEq;
using testing::DoubleNear;

static column columnOf(const std::vector<std::string>& fields) {
    column result = {};
    for (const auto& field : fields) column_add(&result, field.c_str());
    return result;
}

TEST(Column, CountsNumbersEmptyFieldsAndText) {
    column c = columnOf({"1", "", "x", "2.5", "1e3", "", "nan", "0x10"});
    EXPECT_EQ(c.numbers, 4u);
    EXPECT_EQ(c.empty, 2u);
    EXPECT_EQ(c.text, 2u);
    EXPECT_THAT(c.minimum, DoubleEq(1));
    EXPECT_THAT(c.maximum, DoubleEq(1000));
}

TEST(Column, OfNegativeNumbersHasNegativeExtremes) {
    column c = columnOf({"-3", "-1", "-2"});
    EXPECT_THAT(c.minimum, DoubleEq(-3));
    EXPECT_THAT(c.maximum, DoubleEq(-1));
    EXPECT_THAT(c.mean, DoubleEq(-2));
    EXPECT_THAT(column_deviation(&c), DoubleEq(1));
}

TEST(Column, OfOneNumberHasNoDeviation) {
    column c = columnOf({"7"});
    EXPECT_THAT(column_deviation(&c), DoubleEq(0));
}

TEST(Column, AgreesWithTwoPasses) {
    std::mt19937 random(1962);
    std::normal_distribution<double> normal(1e6, 3);
    std::vector<double> values(5000);
    column c = {};
    for (double& value : values) {
        std::string text = std::to_string(normal(random));
        value = std::stod(text);
        column_add(&c, text.c_str());
    }
    double mean = std::accumulate(values.begin(), values.end(), 0.0) / values.size();
    double squares = 0;
    for (double value : values) squares += (value - mean) * (value - mean);
    EXPECT_THAT(c.mean, DoubleNear(mean, 1e-6));
    EXPECT_THAT(column_deviation(&c), DoubleNear(std::sqrt(squares / (values.size() - 1)), 1e-6));
}
