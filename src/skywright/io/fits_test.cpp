#include "skywright/io/fits.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/test_folder.h"

namespace skywright::io {
namespace {

using image::Image;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Image<float> noisy(int width, int height, std::int64_t seed) {
  Image<float> out(width, height);
  RandomStream random = RandomStream::for_unit(1, {seed}, "pixels");
  for (float& v : out.pixels()) v = static_cast<float>(1000.0 + 20.0 * random.normal());
  return out;
}

Image<std::int32_t> whole(int width, int height) {
  Image<std::int32_t> out(width, height);
  RandomStream random = RandomStream::for_unit(1, {7}, "whole");
  for (auto& v : out.pixels()) v = static_cast<std::int32_t>(25000.0 + 6.0 * random.normal());
  out(0, 0) = INT32_MAX;
  out(1, 0) = INT32_MIN;
  out(2, 0) = 0;
  return out;
}

template <class T>
void expect_same(const Image<T>& a, const Image<T>& b) {
  ASSERT_EQ(a.box(), b.box());
  for (int y = 0; y < a.height(); ++y)
    for (int x = 0; x < a.width(); ++x) {
      const bool both_nan = a(x, y) != a(x, y) && b(x, y) != b(x, y);
      ASSERT_TRUE(both_nan || a(x, y) == b(x, y)) << x << ' ' << y;
    }
}

TEST(Fits, RealPixelsComeBackExactlyPlainAndGzipped) {
  const TestFolder folder;
  Image<float> pixels = noisy(300, 257, 1);
  pixels(5, 6) = kNan;
  pixels(7, 8) = std::numeric_limits<float>::infinity();
  pixels(9, 9) = -0.0F;
  header::Header header;
  header.set("EXPTIME", 30.0, "s");
  header.set("OBJECT", "it's a 'field'");
  for (const auto compression : {Compression::none, Compression::gzip}) {
    const auto path = folder / "a.fits";
    write_image(path, pixels, header, compression);
    const FitsImage back = read_image(path);
    expect_same(pixels, back.pixels);
    EXPECT_EQ(back.header.number("EXPTIME"), 30.0);
    EXPECT_EQ(back.header.find("EXPTIME")->comment, "s");
    EXPECT_EQ(back.header.text("OBJECT"), "it's a 'field'");
    EXPECT_FALSE(back.header.contains("NAXIS1"));
    EXPECT_FALSE(back.header.contains("ZTILE1"));
    EXPECT_FALSE(back.header.contains("DATE"));
  }
}

TEST(Fits, WholePixelsComeBackExactlyPlainRiceAndGzipped) {
  const TestFolder folder;
  const Image<std::int32_t> pixels = whole(301, 140);
  for (const auto compression : {Compression::none, Compression::rice, Compression::gzip}) {
    FitsWriter writer(folder / "w.fits");
    writer.add_image(pixels, {}, "RAW", compression);
    writer.finish();
    expect_same(pixels, read_integer_image(folder / "w.fits").pixels);
    const FitsImage real = read_image(folder / "w.fits", {.index = {}, .name = "raw"});
    EXPECT_EQ(real.pixels(100, 100), static_cast<float>(pixels(100, 100)));
  }
}

TEST(Fits, QuantizedPixelsStayWithinHalfAStepAndKeepNan) {
  const TestFolder folder;
  Image<float> pixels = noisy(400, 300, 2);
  pixels(17, 20) = kNan;
  for (int x = 128; x < 256; ++x)
    for (int y = 128; y < 256; ++y) pixels(x, y) = kNan;  // a whole tile
  write_image(folder / "q.fits", pixels, {}, Compression::rice_quantized);
  const Image<float> back = read_image(folder / "q.fits").pixels;
  // Step = noise / 16 with noise 20; the estimate of the noise scatters by some per cent.
  const double half_step = 0.5 * 1.2 * 20.0 / 16.0;
  double sum = 0.0;
  std::size_t count = 0;
  for (int y = 0; y < 300; ++y)
    for (int x = 0; x < 400; ++x) {
      ASSERT_EQ(std::isnan(pixels(x, y)), std::isnan(back(x, y))) << x << ' ' << y;
      if (std::isnan(back(x, y))) continue;
      ASSERT_NEAR(pixels(x, y), back(x, y), half_step);
      sum += back(x, y) - pixels(x, y);
      ++count;
    }
  // Dither leaves no bias: the mean of uniform errors of one step has this standard error.
  const double error = 20.0 / 16.0 / std::sqrt(12.0 * static_cast<double>(count));
  EXPECT_LT(std::abs(sum / static_cast<double>(count)), 5.0 * error);
  EXPECT_LT(std::filesystem::file_size(folder / "q.fits"), 400u * 300u * 4u / 3u);
}

TEST(Fits, TheSameContentGivesTheSameBytes) {
  const TestFolder folder;
  const Image<float> pixels = noisy(200, 200, 3);
  for (const auto compression :
       {Compression::none, Compression::gzip, Compression::rice_quantized}) {
    write_image(folder / "1.fits", pixels, {}, compression);
    write_image(folder / "2.fits", pixels, {}, compression);
    EXPECT_EQ(read_whole_file(folder / "1.fits"), read_whole_file(folder / "2.fits"));
  }
}

TEST(Fits, AMaskedImageKeepsItsThreeParts) {
  const TestFolder folder;
  image::MaskedImage out(130, 70);
  out.pixels = noisy(130, 70, 4);
  out.variance = noisy(130, 70, 5);
  out.mask(3, 4) = image::bits({image::MaskPlane::saturated, image::MaskPlane::streak});
  header::Header header;
  header.set("VISIT", 12);
  for (const auto compression : {Compression::none, Compression::gzip}) {
    write_masked_image(folder / "m.fits", out, header, compression);
    const MaskedExposure back = read_masked_image(folder / "m.fits");
    expect_same(out.pixels, back.image.pixels);
    expect_same(out.variance, back.image.variance);
    expect_same(out.mask, back.image.mask);
    EXPECT_EQ(back.header.whole("VISIT"), 12);
  }
  const auto bytes = FitsWriter::bytes_of_masked_image(out, header);
  write_whole_file(folder / "b.fits", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  expect_same(out.mask, read_masked_image(folder / "b.fits").image.mask);
}

TEST(Fits, MaskBitsAreMatchedByName) {
  const TestFolder folder;
  Image<std::int32_t> mask(8, 8);
  mask(1, 1) = 1 << 9 | 1 << 3;
  header::Header planes;
  planes.set("MP_SAT", 9);
  planes.set("MP_SOMETHING_ELSE", 3);
  const Image<float> ones(8, 8, 1.0F);
  FitsWriter writer(folder / "m.fits");
  writer.add_image(ones, {}, "IMAGE");
  writer.add_image(ones, {}, "VARIANCE");
  writer.add_image(mask, planes, "MASK");
  writer.finish();
  const auto back = read_masked_image(folder / "m.fits").image.mask;
  EXPECT_EQ(back(1, 1), image::bit(image::MaskPlane::saturated));
  EXPECT_EQ(back(0, 0), 0u);
}

TEST(Fits, CardsOfEveryKindComeBack) {
  const TestFolder folder;
  header::Header header;
  header.set("PI", 3.141592653589793, "to the last digit");
  header.set("TINY", 1e-300);
  header.set("ONE", 1.0);
  header.set("MJD", 60676.123456789012);
  header.set("COUNT", std::int64_t{-9007199254740993});
  header.set("YES", true);
  header.set("NOTHING", header::Value{}, "undefined");
  header.set("LONG", std::string(150, 'x') + " it's " + std::string(60, 'y'), "comment");
  header.set("ESO DET CHIP1 ID", "CCD-44", "HIERARCH");
  header.set("EMPTY", "");
  header.add_comment(std::string(100, 'c'));
  header.add_history("made here");
  write_image(folder / "h.fits", Image<float>(4, 4), header);
  const header::Header back = read_header(folder / "h.fits");
  EXPECT_EQ(back.number("PI"), 3.141592653589793);
  EXPECT_EQ(back.number("TINY"), 1e-300);
  EXPECT_TRUE(std::holds_alternative<double>(back.find("ONE")->value));
  EXPECT_EQ(back.number("MJD"), 60676.123456789012);
  EXPECT_EQ(back.whole("COUNT"), -9007199254740993);
  EXPECT_EQ(back.logical("YES"), true);
  ASSERT_TRUE(back.contains("NOTHING"));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(back.find("NOTHING")->value));
  EXPECT_EQ(back.text("LONG"), header.text("LONG"));
  EXPECT_EQ(back.text("ESO DET CHIP1 ID"), "CCD-44");
  EXPECT_EQ(back.text("EMPTY"), "");
  EXPECT_TRUE(back.contains("HISTORY"));
}

TEST(Fits, ThePrimarysCardsStandInFrontOfAnExtensions) {
  const TestFolder folder;
  header::Header primary;
  primary.set("TELESCOP", "LSST");
  primary.set("GAIN", 1.0);
  header::Header amplifier;
  amplifier.set("GAIN", 1.7);
  FitsWriter writer(folder / "raw.fits");
  writer.add_primary(primary);
  for (int i = 0; i < 3; ++i)
    writer.add_image(whole(64, 50), amplifier, "Segment0" + std::to_string(i), Compression::rice);
  writer.finish();
  const auto hdus = list_hdus(folder / "raw.fits");
  ASSERT_EQ(hdus.size(), 4u);
  EXPECT_TRUE(hdus[0].axes.empty());
  EXPECT_EQ(hdus[2].name, "Segment01");
  EXPECT_TRUE(hdus[2].compressed);
  EXPECT_EQ(hdus[2].bitpix, 32);
  EXPECT_THAT(hdus[2].axes, testing::ElementsAre(64, 50));
  const FitsImage image = read_image(folder / "raw.fits");
  EXPECT_EQ(image.header.text("TELESCOP"), "LSST");
  EXPECT_EQ(image.header.number("GAIN"), 1.7);
  EXPECT_EQ(image.header.text("EXTNAME"), "Segment00");
}

TEST(Fits, HduPathsNameHdus) {
  EXPECT_EQ(parse_hdu_path("a.fits").path, "a.fits");
  EXPECT_EQ(parse_hdu_path("a.fits[3]").hdu.index, 3);
  EXPECT_EQ(parse_hdu_path("a.fits[SCI]").hdu.name, "SCI");
  EXPECT_EQ(parse_hdu_path("a.fits[SCI]").path, "a.fits");
  EXPECT_THROW(parse_hdu_path("a.fits[]"), ConfigError);
}

TEST(Fits, AViewOfAPartIsWrittenAsThatPart) {
  const TestFolder folder;
  const Image<float> pixels = noisy(200, 150, 6);
  const auto part = pixels.view().part({30, 20, 100, 90});
  for (const auto compression : {Compression::none, Compression::gzip}) {
    write_image(folder / "p.fits", part, {}, compression);
    expect_same(Image<float>(part), read_image(folder / "p.fits").pixels);
  }
}

TEST(Fits, ATruncatedFileIsAnInputErrorThatNamesIt) {
  const TestFolder folder;
  write_image(folder / "t.fits", noisy(100, 100, 8), {});
  std::filesystem::resize_file(folder / "t.fits", 20000);
  try {
    read_image(folder / "t.fits");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("t.fits"));
    EXPECT_THAT(error.what(), testing::HasSubstr("truncated"));
  }
  EXPECT_THROW(read_image(folder / "none.fits"), InputError);
  write_whole_file(folder / "empty.fits", "");
  EXPECT_THROW(read_image(folder / "empty.fits"), InputError);
  write_whole_file(folder / "text.fits", "this is not FITS");
  EXPECT_THROW(read_image(folder / "text.fits"), InputError);
  EXPECT_THROW(read_image(folder.path()), InputError);
}

TEST(Fits, AnUnfinishedWriterLeavesNothing) {
  const TestFolder folder;
  { FitsWriter writer(folder / "x.fits"); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_THROW(FitsWriter("/nonexistent/folder/x.fits"), StorageError);
}

TEST(Fits, AFullDiskIsAStorageErrorAndLeavesNothing) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  // A limit on a file's size fails as a full disk does, with EFBIG for ENOSPC.
  EXPECT_EXIT(
      {
        const TestFolder folder;
        limit_file_size(100000);
        int code = 1;
        try {
          write_image(folder / "x.fits", Image<float>(400, 400), {});
        } catch (const StorageError&) {
          code = std::filesystem::is_empty(folder.path()) ? 0 : 2;
        }
        std::filesystem::remove_all(folder.path());
        ::_exit(code);
      },
      testing::ExitedWithCode(0), "");
}

TEST(AtomicFile, PublishNewNeverReplaces) {
  const TestFolder folder;
  write_whole_file(folder / "a", "first");
  const auto temporary = temporary_beside(folder / "a");
  std::ofstream(temporary) << "second";
  EXPECT_FALSE(publish_new(temporary, folder / "a"));
  EXPECT_EQ(read_whole_file(folder / "a"), "first");
  EXPECT_FALSE(std::filesystem::exists(temporary));
  std::ofstream(temporary) << "third";
  EXPECT_TRUE(publish_new(temporary, folder / "b"));
  EXPECT_EQ(read_whole_file(folder / "b"), "third");
}

}  // namespace
}  // namespace skywright::io
