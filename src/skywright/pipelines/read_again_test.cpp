#include "skywright/pipelines/read_again.h"

#include <gtest/gtest.h>

namespace skywright::pipelines {
namespace {

TEST(ReadAgain, TakesWhatTheDiskDeliversAtTheThirdAttempt) {
  int attempts = 0;
  EXPECT_EQ(read_again("raw.fits",
                       [&] {
                         if (++attempts < 3) throw io::ReadError("raw.fits", EIO);
                         return 7;
                       }),
            7);
  EXPECT_EQ(attempts, 3);
}

TEST(ReadAgain, RefusesTheFrameThatTheDiskNeverDelivers) {
  int attempts = 0;
  try {
    read_again("raw.fits", [&] {
      ++attempts;
      throw io::ReadError("part.tmp", EIO);
    });
    FAIL() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("raw.fits"), std::string::npos) << error.what();
  }
  EXPECT_EQ(attempts, 3);
}

TEST(ReadAgain, DoesNotTryAgainWhatIsWrongOfItself) {
  int attempts = 0;
  const auto read = [&] {
    ++attempts;
    throw InputError("raw.fits", "is no FITS file", "name one");
  };
  EXPECT_THROW(read_again("raw.fits", read), InputError);
  EXPECT_EQ(attempts, 1);
}

}  // namespace
}  // namespace skywright::pipelines
