// Raw frames of a small camera, whole and damaged in a thousand ways: each is detrended, or is one
// InputError; never a signal.
#include "skywright/pipelines/read_raw.h"

#include <array>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/detrend/detrend.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/fits.h"
#include "skywright/io/test_folder.h"

namespace skywright::pipelines {
namespace {

constexpr const char* kCamera = R"(
name = "pocket"
[telescope]
aperture_m = 1.0
focal_length_m = 10.0
[camera.keywords]
visit = "VISIT"
kind = "IMGTYPE"
[[camera.sensor]]
name = "ccd"
width = 120
height = 90
pixel_um = 10.0
gain = 1.6
read_noise = 5.5
[[camera.sensor.row]]
names = ["A", "B"]
extensions = ["AmpA", "AmpB"]
data_width = 60
data_height = 90
prescan = 4
serial_overscan = 16
parallel_overscan = 8
)";

std::string good_frame(const io::TestFolder& folder) {
  io::FitsWriter file(folder / "good.fits");
  header::Header primary;
  primary.set("EXPTIME", 30.0);
  primary.set("DATE-OBS", "2026-11-23T04:30:00");
  primary.set("FILTER", "r");
  primary.set("RA", 110.0);
  primary.set("DEC", -20.0);
  primary.set("VISIT", std::int64_t{12});
  primary.set("IMGTYPE", "OBJECT");
  file.add_primary(primary);
  for (const int k : {0, 1}) {
    image::Image<std::int32_t> pixels(80, 98);
    RandomStream random = RandomStream::for_unit(3, {k}, "amplifier");
    for (auto& v : pixels.pixels()) v = static_cast<std::int32_t>(1000.0 + 5.0 * random.normal());
    file.add_image(pixels, {}, k == 0 ? "AmpA" : "AmpB", io::Compression::rice);
  }
  file.finish();
  return io::read_whole_file(folder / "good.fits");
}

/// Another value in place of one that a header holds.
void edit_card(std::string& bytes, RandomStream& random) {
  static constexpr std::array kValues = {
      "0", "-1", "2147483648", "9223372036854775807", "1E308", "NaN", "'text'", "", "T", "3"};
  for (int attempt = 0; attempt < 5000; ++attempt) {
    const auto at = static_cast<std::size_t>(random.below(std::ssize(bytes) / 80)) * 80;
    if (bytes.compare(at + 8, 2, "= ") != 0 || bytes[at] < 'A' || bytes[at] > 'Z') continue;
    std::string value = kValues[static_cast<std::size_t>(random.below(std::ssize(kValues)))];
    value.insert(0, 20 - value.size(), ' ');
    bytes.replace(at + 10, value.size(), value);
    return;
  }
}

std::string damaged(std::string bytes, RandomStream& random) {
  const auto place = [&] { return static_cast<std::size_t>(random.below(std::ssize(bytes))); };
  switch (random.below(4)) {
    case 0:
      for (int n = 0; n < 6; ++n) bytes[place()] ^= static_cast<char>(1 << random.below(8));
      break;
    case 1:
      bytes.resize(place());
      break;
    case 2:
      for (std::size_t at = place(), n = 0; n < 200 && at < bytes.size(); ++at, ++n)
        bytes[at] = static_cast<char>(random.below(256));
      break;
    default:
      edit_card(bytes, random);
  }
  return bytes;
}

enum class Ended { detrended, refused };

Ended take(const std::filesystem::path& file, const instrument::Instrument& camera) {
  try {
    (void)io::list_hdus(file);
    const RawFrame frame = read_raw(file, camera);
    (void)detrend::detrend(frame.exposure, frame.detector, {}, {}, Execution(1));
    return Ended::detrended;
  } catch (const InputError&) {
    return Ended::refused;
  }
}

TEST(ReadRaw, AThousandDamagedFramesAreDetrendedOrRefused) {
  const io::TestFolder folder;
  const instrument::Instrument camera = instrument::parse_instrument(kCamera, "camera");
  const std::string good = good_frame(folder);
  ASSERT_EQ(take(folder / "good.fits", camera), Ended::detrended);
  int detrended = 0;
  constexpr int kFrames = 1000;
  for (int i = 0; i < kFrames; ++i) {
    RandomStream random = RandomStream::for_unit(11, {i}, "damage");
    std::ofstream(folder / "mutant.fits", std::ios::binary | std::ios::trunc)
        << damaged(good, random);
    SCOPED_TRACE(i);
    detrended += take(folder / "mutant.fits", camera) == Ended::detrended ? 1 : 0;
  }
  // Both ways must be walked, or the damage tests nothing.
  EXPECT_GT(detrended, kFrames / 10);
  EXPECT_LT(detrended, kFrames * 9 / 10);
}

}  // namespace
}  // namespace skywright::pipelines
