// Odd and broken files: each reads, or is one InputError; never a signal, a hang or absurd memory.
#include <algorithm>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/test_data.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/fits.h"
#include "skywright/io/test_folder.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::io {
namespace {

struct Exercise {
  int hdus = 0;
  int read = 0;
  int refused = 0;
};

/// Read everything that the file may hold, by every door.
Exercise exercise(const std::filesystem::path& path) {
  Exercise out;
  std::vector<HduSummary> hdus;
  try {
    hdus = list_hdus(path);
  } catch (const InputError&) {
    ++out.refused;
    return out;
  }
  const auto attempt = [&](auto&& action) {
    try {
      action();
      ++out.read;
    } catch (const InputError&) {
      ++out.refused;
    }
  };
  for (const HduSummary& hdu : hdus) {
    ++out.hdus;
    const HduSelector selector{.index = hdu.index, .name = {}};
    attempt([&] { (void)wcs_from_header(read_header(path, selector)); });
    if (hdu.kind == HduKind::image) {
      attempt([&] { (void)read_image(path, selector); });
      attempt([&] { (void)read_integer_image(path, selector); });
    } else {
      attempt([&] { (void)read_fits_table(path, selector); });
    }
  }
  return out;
}

TEST(MalformedFits, EveryOddFileReadsOrIsRefused) {
  const auto folder = SKYWRIGHT_TEST_DATA("fits-malformed");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().filename());
    const Exercise done = exercise(entry.path());
    ++files;
    // Odd as they are, astropy opens all of them; so do we. test_fits_oracle.py compares content.
    EXPECT_GT(done.hdus, 0);
  }
  EXPECT_EQ(files, 44);
}

image::Image<std::int32_t> amplifier(int width, int height, int seed) {
  image::Image<std::int32_t> out(width, height);
  RandomStream random = RandomStream::for_unit(3, {seed}, "amplifier");
  for (auto& v : out.pixels()) v = static_cast<std::int32_t>(25000.0 + 6.0 * random.normal());
  return out;
}

image::Image<float> field(int width, int height) {
  image::Image<float> out(width, height);
  RandomStream random = RandomStream::for_unit(3, {0}, "field");
  for (auto& v : out.pixels()) v = static_cast<float>(100.0 + 9.0 * random.normal());
  return out;
}

std::string gzipped(const std::string& bytes) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, bytes.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

/// Good files of every kind that we read, as bytes.
std::vector<std::string> good_files(const TestFolder& folder) {
  std::vector<std::string> out;
  const auto keep = [&](FitsWriter& writer) {
    writer.finish();
    out.push_back(read_whole_file(folder / "good.fits"));
  };
  {
    FitsWriter raw(folder / "good.fits");
    header::Header primary;
    primary.set("EXPTIME", 30.0);
    primary.set("OBJECT", "a field");
    raw.add_primary(primary);
    for (int i = 0; i < 16; ++i)
      raw.add_image(amplifier(136, 40, i), {}, "Segment" + std::to_string(i), Compression::rice);
    keep(raw);
  }
  {
    FitsWriter image(folder / "good.fits");
    header::Header header;
    header.set("CTYPE1", "RA---TAN");
    header.set("CTYPE2", "DEC--TAN");
    header.set("CRPIX1", 33.0);
    header.set("CRPIX2", 20.0);
    header.set("CRVAL1", 10.0);
    header.set("CRVAL2", -20.0);
    header.set("CDELT1", -1e-4);
    header.set("CDELT2", 1e-4);
    image.add_image(field(70, 50), header);
    image.add_image(field(200, 150), {}, "Q", Compression::rice_quantized);
    image.add_image(field(150, 130), {}, "G", Compression::gzip);
    keep(image);
  }
  {
    table::Table t;
    t.add("ra", "deg", "right ascension", std::vector<double>(40, 1.5));
    t.add("id", "", "", std::vector<std::int64_t>(40, 7));
    t.add("name", "", "", std::vector<std::string>(40, "word"));
    t.add_flags("bad", "", std::vector<std::uint8_t>(40, 1));
    t.add("flux", "nJy", "", std::vector<float>(40, 2.5F));
    FitsWriter writer(folder / "good.fits");
    writer.add_table(t, "T");
    keep(writer);
  }
  out.push_back(gzipped(out.back()));
  return out;
}

/// Another number in place of one that stands in a header.
void edit_number(std::string& bytes, RandomStream& random) {
  static constexpr const char* kNumbers[] = {"0",
                                             "-1",
                                             "1",
                                             "2",
                                             "3",
                                             "999",
                                             "65536",
                                             "2147483647",
                                             "2147483648",
                                             "4294967296",
                                             "99999999999",
                                             "9223372036854775807",
                                             "-2147483649",
                                             "1E308",
                                             "NaN",
                                             "'text'",
                                             "",
                                             "T"};
  const auto cards = static_cast<std::int64_t>(bytes.size() / 80);
  for (int attempt = 0; attempt < 2000; ++attempt) {
    const auto at = static_cast<std::size_t>(random.below(cards)) * 80;
    if (bytes.compare(at + 8, 2, "= ") != 0 || bytes[at] < 'A' || bytes[at] > 'Z') continue;
    std::string value = kNumbers[random.below(static_cast<std::int64_t>(std::size(kNumbers)))];
    value.insert(0, 20 - std::min<std::size_t>(value.size(), 20), ' ');
    bytes.replace(at + 10, value.size(), value);
    return;
  }
}

std::string mutated(std::string bytes, RandomStream& random) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  const auto any = [&](std::int64_t n) { return static_cast<std::size_t>(random.below(n)); };
  switch (random.below(7)) {
    case 0:  // flipped bits
      for (std::size_t n = any(8) + 1; n > 0; --n)
        bytes[any(size)] = static_cast<char>(bytes[any(size)] ^ (1 << any(8)));
      return bytes;
    case 1:  // flipped bytes near the front: headers and descriptors
      for (std::size_t n = any(8) + 1; n > 0; --n)
        bytes[any(std::min<std::int64_t>(size, 12000))] = static_cast<char>(any(256));
      return bytes;
    case 2:  // cut
      bytes.resize(any(size));
      return bytes;
    case 3: {  // two blocks change places
      const std::int64_t blocks = std::max<std::int64_t>(size / 2880, 1);
      const std::size_t a = any(blocks) * 2880;
      const std::size_t b = any(blocks) * 2880;
      if (bytes.size() < 2880) return bytes;
      std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(a),
                       bytes.begin() + static_cast<std::ptrdiff_t>(a + 2880),
                       bytes.begin() + static_cast<std::ptrdiff_t>(b));
      return bytes;
    }
    case 4: {  // a stretch of ones or noise
      const std::size_t at = any(size);
      const std::size_t n = std::min(bytes.size() - at, any(400));
      for (std::size_t i = 0; i < n; ++i) bytes[at + i] = static_cast<char>(any(256));
      return bytes;
    }
    default:
      for (std::size_t n = any(3) + 1; n > 0; --n) edit_number(bytes, random);
      return bytes;
  }
}

TEST(MalformedFits, AThousandMutationsNeverEndInASignal) {
  const TestFolder folder;
  const std::vector<std::string> good = good_files(folder);
  for (const std::string& bytes : good) {
    write_whole_file(folder / "whole.fits", bytes);
    EXPECT_GT(exercise(folder / "whole.fits").read, 0);
  }
  const char* more = std::getenv("SKYWRIGHT_MUTATIONS");
  const int count = more != nullptr ? std::atoi(more) : 1200;
  int read = 0;
  int refused = 0;
  for (int i = 0; i < count; ++i) {
    RandomStream random = RandomStream::for_unit(5, {i}, "mutation");
    const std::string mutant = mutated(good[static_cast<std::size_t>(i) % good.size()], random);
    std::ofstream(folder / "mutant.fits", std::ios::binary | std::ios::trunc) << mutant;
    const std::clock_t begun = std::clock();
    const Exercise done = exercise(folder / "mutant.fits");
    const double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
    EXPECT_LT(seconds, 1.0) << "mutation " << i;
    read += done.read;
    refused += done.refused;
  }
  // Both ways must be walked, or the mutations test nothing.
  EXPECT_GT(read, count);
  EXPECT_GT(refused, count / 4);
}

}  // namespace
}  // namespace skywright::io
