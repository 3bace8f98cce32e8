// Examples of minorplanetcenter.net/iau/info/PackedDes.html.
#include "skywright/ephemeris/designation.h"

#include <gtest/gtest.h>

namespace skywright::ephemeris {
namespace {

TEST(Designation, UnpacksThePublishedExamples) {
  EXPECT_EQ(unpacked("00001").permanent, "1");
  EXPECT_EQ(unpacked("03202").permanent, "3202");
  EXPECT_EQ(unpacked("A0345").permanent, "100345");
  EXPECT_EQ(unpacked("a0017").permanent, "360017");
  EXPECT_EQ(unpacked("~0000").permanent, "620000");
  EXPECT_EQ(unpacked("~000z").permanent, "620061");
  EXPECT_EQ(unpacked("~AZaz").permanent, "3140113");
  EXPECT_EQ(unpacked("~zzzz").permanent, "15396335");
  EXPECT_EQ(unpacked("J95X00A").provisional, "1995 XA");
  EXPECT_EQ(unpacked("J95X01L").provisional, "1995 XL1");
  EXPECT_EQ(unpacked("J95F13B").provisional, "1995 FB13");
  EXPECT_EQ(unpacked("J98SA8Q").provisional, "1998 SQ108");
  EXPECT_EQ(unpacked("J98SC7V").provisional, "1998 SV127");
  EXPECT_EQ(unpacked("K99AJ3Z").provisional, "2099 AZ193");
  EXPECT_EQ(unpacked("K07Tf8A").provisional, "2007 TA418");
  EXPECT_EQ(unpacked("PLS2040").provisional, "2040 P-L");
  EXPECT_EQ(unpacked("T2S3138").provisional, "3138 T-2");
  EXPECT_EQ(unpacked("0001P").permanent, "1P");
  EXPECT_EQ(unpacked("J95A010").provisional, "1995 A1");
  EXPECT_EQ(unpacked("J94P01b").provisional, "1994 P1-B");
  EXPECT_EQ(unpacked("_QC0000").provisional, "2026 CA620");
  EXPECT_EQ(unpacked("_QC0aEM").provisional, "2026 CZ6190");
  EXPECT_EQ(unpacked("rubbish").provisional, "");
  EXPECT_EQ(unpacked("").permanent, "");
}

TEST(Designation, PacksWhatItUnpacks) {
  for (const char* text : {"00001", "A0345", "~AZaz", "J95X00A", "J98SA8Q", "K07Tf8A"}) {
    const Designation d = unpacked(text);
    EXPECT_EQ(packed(d.permanent.empty() ? d.provisional : d.permanent), text);
  }
  EXPECT_EQ(packed("(433) Eros"), "00433");
  EXPECT_EQ(packed("x y"), "");
}

TEST(SolarSystemId, IsTheDesignationsBytesAndNeverZeroOrNegative) {
  EXPECT_EQ(solar_system_id("00433"), 0x3030343333000000);
  EXPECT_NE(solar_system_id("K24A12B"), solar_system_id("K24A13B"));
  EXPECT_GT(solar_system_id("a name that is longer than eight"), 0);
  EXPECT_GT(solar_system_id(""), 0);
}

}  // namespace
}  // namespace skywright::ephemeris
