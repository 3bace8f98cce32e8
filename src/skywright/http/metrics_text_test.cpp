#include "skywright/http/metrics_text.h"

#include <string>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/http/address.h"

namespace skywright::http {
namespace {

// Expected texts are written by hand after the format's own description; another program's parser
// reads a whole page of them in tests/integration/test_follow.py.
TEST(MetricsText, EscapesLabelsAndWritesEachMetricOnce) {
  MetricsText text;
  text.counter("a_total", "Back\\slash\nand line.", {{{{"why", "a \"b\"\n\\"}}, 3}, {{}, 0.5}});
  EXPECT_EQ(text.take(),
            "# HELP a_total Back\\\\slash\\nand line.\n# TYPE a_total counter\n"
            "a_total{why=\"a \\\"b\\\"\\n\\\\\"} 3\na_total 0.5\n");
}

TEST(MetricsText, AHistogramCountsUpAndAValueOnABoundBelongsBelowIt) {
  Histogram values({1.0, 60.0});
  for (const double v : {0.5, 1.0, 1.5, 60.0, 60.5, 1e9}) values.add(v);
  EXPECT_EQ(values.count(), 6u);
  MetricsText text;
  text.histogram("h", "H.", values);
  EXPECT_EQ(text.take(),
            "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"60\"} 4\n"
            "h_bucket{le=\"+Inf\"} 6\nh_sum 1000000123.5\nh_count 6\n");
}

TEST(Address, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_address("9100").text(), "127.0.0.1:9100");
  EXPECT_EQ(parse_address(":0").text(), "127.0.0.1:0");
  EXPECT_EQ(parse_address("0.0.0.0:80").text(), "0.0.0.0:80");
  EXPECT_EQ(parse_address("[::1]:65535").url(), "http://[::1]:65535/");
  for (const char* bad : {"", "localhost:80", "127.0.0.1", "127.0.0.1:", "1.2.3.4:65536",
                          "1.2.3:80", "127.0.0.1:-1", "127.0.0.1:8o"})
    EXPECT_THROW((void)parse_address(bad), ConfigError) << bad;
}

}  // namespace
}  // namespace skywright::http
