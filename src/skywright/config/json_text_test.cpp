#include "skywright/config/json_text.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace skywright::config {
namespace {

TEST(JsonText, EscapesWhatJsonReserves) {
  // RFC 8259, section 7.
  EXPECT_EQ(json_string("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(json_string("caf\xC3\xA9"), "\"caf\xC3\xA9\"");
}

TEST(JsonText, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(json_string("latin \xE9!"), "\"latin \xEF\xBF\xBD!\"");
  EXPECT_EQ(json_text({{"name", "\xFF"}}), "{\"name\":\"\xEF\xBF\xBD\"}");
}

TEST(JsonText, IndentsWhereAsked) { EXPECT_EQ(json_text({{"a", 1}}, 1), "{\n \"a\": 1\n}"); }

}  // namespace
}  // namespace skywright::config
