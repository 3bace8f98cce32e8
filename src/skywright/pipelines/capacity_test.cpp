#include "skywright/pipelines/capacity.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "skywright/base/error.h"

namespace skywright::pipelines {
namespace {

/// Round figures, so that each line can be worked out by hand.
MeasuredNight round_figures() {
  MeasuredNight m;
  m.raw.value = 1.0;
  m.image.value = 8.0;
  m.difference.value = 2.0;
  m.template_image.value = 8.0;
  m.sources.value = 0.5;
  m.detections.value = 3000.0;
  m.packet.value = 100000.0;
  m.prompt.value = 1000.0;
  m.open_catalog.value = 0.25;
  m.seconds.value = 0.5;
  return m;
}

CapacityDemand small_demand() {
  CapacityDemand d = built_in_demand("small-survey");  // 10560 x 10560 pixels, bands g and r
  d.visits_a_night.value = 1000;
  d.visits_a_year.value = 200000;
  d.years.value = 5;
  d.cadence_s.value = 40;
  d.deadline_s.value = 60;
  d.alerts_a_visit.value = 100;
  d.calibrations_a_night.value = 50;
  d.sky_deg2.value = 20000;
  d.releases.value = 5;
  d.release_months.value = 6;
  d.copies.value = 2;
  d.disk_tb.value = 20;
  return d;
}

constexpr double kPixels = 10560.0 * 10560.0;

const CapacityLine& line(const CapacityPlan& plan, std::string_view group,
                         std::string_view quantity) {
  for (const CapacityLine& one : plan.lines)
    if (one.group.starts_with(group) && one.quantity == quantity) return one;
  throw std::out_of_range("no line of that name");
}

TEST(Capacity, ANightIsWhatItsVisitsLeave) {
  const CapacityPlan plan = plan_capacity(small_demand(), round_figures());
  EXPECT_EQ(plan.detectors, 1);
  EXPECT_EQ(plan.pixels, kPixels);
  EXPECT_NEAR(line(plan, "a full night", "raw frames").value, 1050 * kPixels / 1e12, 1e-9);
  EXPECT_NEAR(line(plan, "a full night", "clean and difference images").value,
              1000 * 10 * kPixels / 1e12, 1e-9);
  EXPECT_NEAR(line(plan, "a full night", "alerts").value, 1000 * 100 * 1e5 / 1e12, 1e-9);
  EXPECT_NEAR(line(plan, "a full night", "catalogs and prompt database").value,
              1000 * (0.75 * kPixels + 100 * 4000.0) / 1e12, 1e-9);
}

TEST(Capacity, ReleasesHoldTheVisitsUntilThen) {
  const CapacityPlan plan = plan_capacity(small_demand(), round_figures());
  const double once = 1e6 * 10 * kPixels / 1e15;
  EXPECT_NEAR(line(plan, "the whole survey", "clean and difference images, made once").value, once,
              1e-9);
  // 1/5 + 2/5 + 3/5 + 4/5 + 5/5 of the visits.
  EXPECT_NEAR(line(plan, "the whole survey", "images of all releases").value, 3.0 * once, 1e-9);
  CapacityDemand none = small_demand();
  none.releases.value = 0;
  EXPECT_EQ(line(plan_capacity(none, round_figures()), "the whole survey", "images of all releases")
                .value,
            0.0);
}

TEST(Capacity, CoresFollowFromSecondsAndDeadline) {
  // 55.76 s a visit: two cores within a cadence of 40 s, one within a deadline of 60 s.
  const CapacityPlan plan = plan_capacity(small_demand(), round_figures());
  EXPECT_NEAR(line(plan, "cores", "a visit").value, 0.5 * kPixels / 1e6, 1e-9);
  EXPECT_EQ(line(plan, "cores", "to keep up").value, 2);
  EXPECT_EQ(line(plan, "cores", "to meet the deadline").value, 1);
  // 10^6 visits x 55.76 s in 6 months of 30.4375 days: 3.53 cores.
  EXPECT_EQ(line(plan, "cores", "the last release").value, 4);
}

TEST(Capacity, ADeadlineThatOneCoreMissesIsSaidToBeOutOfReach) {
  CapacityDemand d = small_demand();
  d.deadline_s.value = 50;
  const CapacityPlan plan = plan_capacity(d, round_figures());
  EXPECT_TRUE(std::isnan(line(plan, "cores", "to meet the deadline").value));
  EXPECT_TRUE(line(plan, "cores", "to meet the deadline").made_of.starts_with("out of reach"));
  EXPECT_NE(plan.json().find("\"value\":null"), std::string::npos);
}

TEST(Capacity, ManyDetectorsShareCoresInTurn) {
  CapacityDemand d = small_demand();
  d.instrument = "lsst";
  MeasuredNight m = round_figures();
  m.seconds.value = 0.4;  // 6.5 s a detector: nine in turn within 60 s, so that 189 need 21
  EXPECT_EQ(line(plan_capacity(d, m), "cores", "to meet the deadline").value, 21);
}

TEST(Capacity, EachFigureOfADemandNamesItsSource) {
  for (const std::string& name : built_in_demands())
    EXPECT_NO_THROW(validate(built_in_demand(name)));
  CapacityDemand d = small_demand();
  d.years.source.clear();
  EXPECT_THROW(validate(d), ConfigError);
  d = small_demand();
  d.disk_tb.value = 0;
  EXPECT_THROW(validate(d), ConfigError);
  EXPECT_THROW((void)built_in_demand("sdss"), ConfigError);
}

}  // namespace
}  // namespace skywright::pipelines
