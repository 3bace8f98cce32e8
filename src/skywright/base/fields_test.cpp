#include "skywright/base/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "skywright/base/error.h"

namespace skywright {
namespace {

struct Inner {
  int area = 5;
};
void describe(Fields& f, Inner& c) { f.whole("area", c.area, "smallest area [pixel]", {.low = 1}); }

struct Outer {
  double threshold = 5.0;
  std::vector<Inner> inner = {{}, {}};
};
void describe(Fields& f, Outer& c) {
  f.number("threshold", c.threshold, "lowest peak [sigma]", {.above = 0.0});
  describe_list(f, "inner", c.inner, "things");
}

TEST(CheckFields, AcceptsDefaults) { EXPECT_NO_THROW(check_fields(Outer{})); }

TEST(CheckFields, NamesFieldValueAndRange) {
  Outer config;
  config.inner[1].area = 0;
  try {
    check_fields(config);
    FAIL() << "0 is below the range";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("inner.[1].area=0: must be >= 1"));
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
  config = {};
  config.threshold = 0.0;
  EXPECT_THROW(check_fields(config), ConfigError);
  config.threshold = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(check_fields(config), ConfigError);
}

}  // namespace
}  // namespace skywright
