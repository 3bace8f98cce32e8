// Against the lines and field types of ADES_Description.pdf (7 September 2022); whole files are
// held against the published schema in tests/integration/test_moving.py.
#include "skywright/pipelines/ades.h"

#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

namespace skywright::pipelines {
namespace {

AdesObservation observation(const std::string& name) {
  return {.designation = name,
          .time = time::utc_from_iso("2026-11-22T03:04:05.678"),
          .ra = 123.456789,
          .dec = -12.3456789,
          .ra_err = 0.0123,
          .dec_err = 0.0002,
          .correlation = 0.1,
          .magnitude = 20.123,
          .magnitude_err = 0.05,
          .band = ades_band("lsst", "r"),
          .exposure_s = 30.0,
          .snr = 20.0};
}

/// The cells of a file's row, counted from the line of column names, blanks taken off.
std::vector<std::string> row(const std::string& psv, std::size_t number) {
  std::stringstream lines(psv);
  std::vector<std::string> cells;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.starts_with('!')) continue;
    if (number-- > 0) continue;
    std::stringstream words(line);
    for (std::string word; std::getline(words, word, '|');)
      cells.push_back(word.substr(0, word.find_last_not_of(' ') + 1));
    return cells;
  }
  return cells;
}

TEST(AdesPsv, NamesBodiesAsTheStandardDoes) {
  const std::string psv =
      ades_psv({"X05", "A. Survey", 8.4, "Gaia3"},
               {observation("433"), observation("2024 AB12"), observation("my body 17 of many")});
  EXPECT_TRUE(psv.starts_with("# version=2022\n# observatory\n! mpcCode X05\n"));
  const std::vector<std::string> first = {"433",
                                          "",
                                          "",
                                          "CCD",
                                          "X05",
                                          "2026-11-22T03:04:05.678Z",
                                          "123.4567890",
                                          "-12.3456789",
                                          "0.012",
                                          "0.001",
                                          "0.100",
                                          "Gaia3",
                                          "20.12",
                                          "0.050",
                                          "Lr",
                                          "Gaia3",
                                          "30.0",
                                          "1.30"};
  EXPECT_EQ(row(psv, 1), first);
  EXPECT_EQ(row(psv, 2).at(1), "2024 AB12");
  EXPECT_EQ(row(psv, 3).at(0) + row(psv, 3).at(1), "");
  EXPECT_EQ(row(psv, 3).at(2), "mybody17");  // trkSub: eight letters and digits at most
}

TEST(AdesPsv, LeavesOutWhatIsNotKnown) {
  AdesObservation o = observation("433");
  o.ra_err = o.magnitude = std::nan("");
  o.snr = 0.0;
  const auto cells = row(ades_psv({"XXX", "A. Survey", 0.0, "UNK"}, {o}), 1);
  for (const std::size_t empty : {8u, 9u, 10u, 12u, 13u, 14u, 15u}) EXPECT_EQ(cells.at(empty), "");
}

}  // namespace
}  // namespace skywright::pipelines
