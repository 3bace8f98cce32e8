#include "skywright/header/header.h"

#include <gtest/gtest.h>

#include "skywright/base/error.h"

namespace skywright::header {
namespace {

TEST(Header, SetReplacesWhereTheCardStands) {
  Header header;
  header.set("GAIN", 1.5, "e/ADU");
  header.set("NAME", "a");
  header.set("GAIN", 2.5);
  ASSERT_EQ(header.cards().size(), 2u);
  EXPECT_EQ(header.cards()[0].keyword, "GAIN");
  EXPECT_EQ(header.cards()[0].comment, "e/ADU");
  EXPECT_DOUBLE_EQ(header.required_number("GAIN"), 2.5);
}

TEST(Header, NumbersWidenButTextDoesNot) {
  Header header;
  header.set("N", 3);
  header.set("R", 4.0);
  header.set("S", "5  ");
  EXPECT_DOUBLE_EQ(header.number("N").value(), 3.0);
  EXPECT_EQ(header.whole("R").value(), 4);
  EXPECT_FALSE(header.number("S").has_value());
  EXPECT_EQ(header.text("S").value(), "5");
}

TEST(Header, AMissingRequiredKeywordIsNamed) {
  const Header header;
  try {
    (void)header.required_number("EXPTIME");
    FAIL() << "EXPTIME is missing";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("EXPTIME"), std::string::npos);
  }
}

}  // namespace
}  // namespace skywright::header
