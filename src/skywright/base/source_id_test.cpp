#include "skywright/base/source_id.h"

#include <vector>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"

namespace skywright {
namespace {

// Numbers as cameras give them: counted, the limit of counting, LATISS, LSSTCam, LSSTCam with the
// camera's own controller (+1000 years), a simulated LSSTCam (+5000), the last night that fits.
const std::vector<std::int64_t> kRising = {0,
                                           1,
                                           2084626,
                                           4294967295,
                                           1990010100000,
                                           2023032100042,
                                           2025051200123,
                                           2025123199999,
                                           2026010100000,
                                           2079091899999,
                                           3023120100007,
                                           7024062500123,
                                           9079091899999};

TEST(VisitCode, RisesWithTheVisitAndComesBack) {
  std::int64_t before = -1;
  for (const std::int64_t visit : kRising) {
    const auto code = visit_code(VisitId{visit});
    ASSERT_TRUE(code) << visit;
    EXPECT_GT(*code, before) << visit;
    EXPECT_LT(*code, std::int64_t{1} << 35) << visit;
    EXPECT_EQ(visit_of_code(*code).value, visit);
    before = *code;
  }
}

TEST(VisitCode, OfEveryNightIsTheNextNights) {
  // 32768 nights of 100000 numbers, one after the other; the calendar's rules counted by hand.
  std::int64_t expected = *visit_code(VisitId{1990010100000});
  for (int year = 1990; year < 2079; ++year)
    for (int month = 1; month <= 12; ++month) {
      const bool leap = year % 4 == 0;  // 2000 is one
      const int days = month == 2
                           ? (leap ? 29 : 28)
                           : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
      for (int day = 1; day <= days; ++day, expected += 100000) {
        const std::int64_t visit = ((year * 100LL + month) * 100 + day) * 100000;
        ASSERT_EQ(visit_code(VisitId{visit}), expected) << visit;
      }
    }
}

TEST(VisitCode, RefusesWhatIsNeitherCountedNorDated) {
  for (const std::int64_t visit :
       {std::int64_t{-1}, std::int64_t{4294967296}, std::int64_t{1989123100001},
        std::int64_t{2025022900001}, std::int64_t{2025130100001}, std::int64_t{2025051200123} * 10,
        std::int64_t{2079091900000}, std::int64_t{INT64_MAX}})
    EXPECT_FALSE(visit_code(VisitId{visit})) << visit;
}

TEST(PackedSourceId, KeepsVisitDetectorAndCounterApart) {
  auto random = RandomStream::for_unit(5, {1}, "ids");
  for (int i = 0; i < 2000; ++i) {
    const std::int64_t visit = kRising[static_cast<std::size_t>(random.below(13))];
    const DetectorId detector{random.below(kDetectorLimit)};
    const std::int64_t counter = random.below(kCounterLimit);
    const std::int64_t id = packed_source_id(VisitId{visit}, detector, counter);
    EXPECT_GE(id, 0);
    const SourceIdParts parts = unpacked_source_id(id);
    EXPECT_EQ(parts.visit.value, visit);
    EXPECT_EQ(parts.detector, detector);
    EXPECT_EQ(parts.counter, counter);
  }
}

TEST(PackedSourceId, SortsByVisitThenDetectorThenCounter) {
  std::int64_t before = -1;
  for (const std::int64_t visit : kRising)
    for (const std::int64_t detector : {std::int64_t{0}, std::int64_t{204}, kDetectorLimit - 1})
      for (const std::int64_t counter : {std::int64_t{1}, kCounterLimit - 1}) {
        const std::int64_t id = packed_source_id(VisitId{visit}, DetectorId{detector}, counter);
        EXPECT_GT(id, before);
        before = id;
      }
}

TEST(PackedSourceId, RefusesWhatDoesNotFitByName) {
  const auto message = [](std::int64_t visit, std::int64_t detector, std::int64_t counter) {
    try {
      (void)packed_source_id(VisitId{visit}, DetectorId{detector}, counter);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_NE(message(2025023000001, 0, 1).find("visit 2025023000001"), std::string::npos);
  EXPECT_NE(message(1, 512, 1).find("detector 512"), std::string::npos);
  EXPECT_NE(message(1, 0, kCounterLimit).find("524287 sources"), std::string::npos);
  EXPECT_EQ(message(1, 511, kCounterLimit - 1), "accepted");
}

}  // namespace
}  // namespace skywright
