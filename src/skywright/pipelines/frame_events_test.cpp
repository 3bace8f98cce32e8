#include "skywright/pipelines/frame_events.h"

#include <gtest/gtest.h>

#include "skywright/base/error.h"

namespace skywright::pipelines {
namespace {

TEST(FrameEvents, AMessageNamesAFrameInAnyOfItsForms) {
  const std::filesystem::path incoming = "/survey/incoming";
  EXPECT_EQ(frame_named("/data/1_ccd.fits", incoming), "/data/1_ccd.fits");
  EXPECT_EQ(frame_named("1_ccd.fits\r\n", incoming), "/survey/incoming/1_ccd.fits");
  EXPECT_EQ(frame_named(R"({"path": "/data/a b.fits", "visit": 7})", incoming), "/data/a b.fits");
  EXPECT_EQ(frame_named(R"({"file": "file:///data/1.fits"})", incoming), "/data/1.fits");
}

TEST(FrameEvents, OthersAreRefused) {
  for (const char* message :
       {"", "  ", "{", "{}", R"({"path": 7})", R"({"path": ""})", "file://", "a\nb"})
    EXPECT_THROW((void)frame_named(message, "/survey/incoming"), InputError) << message;
}

}  // namespace
}  // namespace skywright::pipelines
