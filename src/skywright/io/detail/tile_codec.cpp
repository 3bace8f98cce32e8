#include "skywright/io/detail/tile_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include <zlib.h>

namespace skywright::io::detail {
namespace {

/// Bits of a stream, the highest of each byte first. Past the end it yields zeros and remembers.
class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> stream)
      : at_(stream.data()), end_(stream.data() + stream.size()) {}

  /// @pre 0 <= count <= 32
  std::uint32_t bits(int count) {
    if (count == 0) return 0;
    refill();
    const auto value = static_cast<std::uint32_t>(held_ >> (64 - count));
    drop(count);
    return value;
  }

  /// The number of zeros before the next one; the one is taken too.
  std::uint32_t zeros() {
    std::uint32_t count = 0;
    for (;;) {
      refill();
      const int lead = std::countl_zero(held_);
      if (lead < filled_) {
        drop(lead + 1);
        return count + static_cast<std::uint32_t>(lead);
      }
      if (at_ == end_) {
        overrun_ = true;
        return count;
      }
      count += static_cast<std::uint32_t>(filled_);
      held_ = 0;
      filled_ = 0;
    }
  }

  [[nodiscard]] bool overrun() const { return overrun_; }

 private:
  void refill() {
    while (filled_ <= 56 && at_ != end_) {
      held_ |= static_cast<std::uint64_t>(*at_++) << (56 - filled_);
      filled_ += 8;
    }
  }
  void drop(int count) {
    if (count > filled_) {
      overrun_ = true;
      held_ = 0;
      filled_ = 0;
      return;
    }
    held_ = count == 64 ? 0 : held_ << count;
    filled_ -= count;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  std::uint64_t held_ = 0;
  int filled_ = 0;
  bool overrun_ = false;
};

/// The stored difference: 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
std::uint32_t unfolded(std::uint32_t folded) {
  return (folded & 1U) != 0 ? ~(folded >> 1) : folded >> 1;
}

/// The table of 10,000 reals that all readers and writers share (FITS 4.0, appendix I).
const std::array<float, 10000>& dither_numbers() {
  static const auto numbers = [] {
    std::array<float, 10000> out{};
    // Park & Miller (1988): exact in double.
    constexpr double kFactor = 16807.0;
    constexpr double kModulus = 2147483647.0;
    double seed = 1.0;
    for (float& number : out) {
      const double product = kFactor * seed;
      seed = product - kModulus * std::floor(product / kModulus);
      number = static_cast<float>(seed / kModulus);
    }
    return out;
  }();
  return numbers;
}

}  // namespace

bool decode_rice(std::span<const std::uint8_t> stream, int value_bytes, int block,
                 std::span<std::int32_t> values) {
  if (value_bytes != 1 && value_bytes != 2 && value_bytes != 4) return false;
  const int split_bits = value_bytes == 4 ? 5 : value_bytes == 2 ? 4 : 3;
  const int split_most = value_bytes == 4 ? 25 : value_bytes == 2 ? 14 : 6;
  const int value_bits = 8 * value_bytes;
  BitReader in(stream);
  std::uint32_t last = in.bits(value_bits);
  const auto store = [&](std::uint32_t value) {
    if (value_bytes == 4) return static_cast<std::int32_t>(value);
    if (value_bytes == 2) return static_cast<std::int32_t>(static_cast<std::int16_t>(value));
    return static_cast<std::int32_t>(value & 0xffU);
  };
  for (std::size_t i = 0; i < values.size();) {
    const std::size_t end = std::min(values.size(), i + static_cast<std::size_t>(block));
    const int split = static_cast<int>(in.bits(split_bits)) - 1;
    if (split < 0) {
      const std::int32_t value = store(last);
      for (; i < end; ++i) values[i] = value;
    } else if (split == split_most) {
      for (; i < end; ++i) {
        last += unfolded(in.bits(value_bits));
        values[i] = store(last);
      }
    } else if (split > split_most) {
      return false;
    } else {
      for (; i < end; ++i) {
        const std::uint32_t high = in.zeros();
        last += unfolded((high << split) | in.bits(split));
        values[i] = store(last);
      }
    }
    if (in.overrun()) return false;
  }
  return true;
}

bool decode_plio(std::span<const std::uint8_t> stream, std::span<std::int32_t> values) {
  const std::size_t words = stream.size() / 2;
  const auto word = [&](std::size_t i) {
    return static_cast<std::int32_t>(
        static_cast<std::int16_t>(stream[2 * i] << 8 | stream[2 * i + 1]));
  };
  if (words < 3) return false;
  // Old and new form of the header (IRAF pl_l2pi): the third word tells them apart.
  std::size_t length = 0;
  std::size_t first = 0;
  if (word(2) > 0) {
    length = static_cast<std::size_t>(word(2));
    first = 3;
  } else {
    if (words < 7) return false;
    length = (static_cast<std::size_t>(word(4)) << 15) + static_cast<std::size_t>(word(3));
    first = static_cast<std::size_t>(word(1));
  }
  if (length > words || first > length) return false;
  std::int64_t high = 1;
  std::size_t at = 0;
  for (std::size_t i = first; i < length && at < values.size(); ++i) {
    const int code = static_cast<std::uint16_t>(word(i)) >> 12;
    const std::int32_t data = word(i) & 0x0fff;
    const std::size_t run = std::min(static_cast<std::size_t>(data), values.size() - at);
    const auto value = static_cast<std::int32_t>(high);
    switch (code) {
      case 0:  // zeros
        for (std::size_t k = 0; k < run; ++k) values[at++] = 0;
        break;
      case 4:  // the high value, all along
        for (std::size_t k = 0; k < run; ++k) values[at++] = value;
        break;
      case 5:  // zeros, and the high value at the end
        for (std::size_t k = 0; k < run; ++k)
          values[at++] = k + 1 == static_cast<std::size_t>(data) ? value : 0;
        break;
      case 1:  // set the high value, of two words
        if (++i >= length) return false;
        high = (static_cast<std::int64_t>(word(i)) << 12) + data;
        break;
      case 2:
        high += data;
        break;
      case 3:
        high -= data;
        break;
      case 6:
        high += data;
        if (at < values.size()) values[at++] = static_cast<std::int32_t>(high);
        break;
      case 7:
        high -= data;
        if (at < values.size()) values[at++] = static_cast<std::int32_t>(high);
        break;
      default:
        return false;
    }
    if (high > INT32_MAX || high < INT32_MIN) return false;
  }
  while (at < values.size()) values[at++] = 0;
  return true;
}

bool inflate_exactly(std::span<const std::uint8_t> stream, std::span<std::uint8_t> bytes) {
  if (stream.size() > std::numeric_limits<uInt>::max() ||
      bytes.size() > std::numeric_limits<uInt>::max())
    return false;
  z_stream z{};
  if (inflateInit2(&z, 15 + 32) != Z_OK) return false;
  z.next_in = const_cast<Bytef*>(stream.data());  // zlib only reads it
  z.avail_in = static_cast<uInt>(stream.size());
  z.next_out = bytes.data();
  z.avail_out = static_cast<uInt>(bytes.size());
  const int state = inflate(&z, Z_FINISH);
  inflateEnd(&z);
  return state == Z_STREAM_END && z.avail_out == 0;
}

std::vector<std::uint8_t> unshuffled(std::span<const std::uint8_t> bytes, int value_bytes) {
  std::vector<std::uint8_t> out(bytes.size());
  const auto width = static_cast<std::size_t>(value_bytes);
  const std::size_t count = bytes.size() / width;
  for (std::size_t b = 0; b < width; ++b)
    for (std::size_t i = 0; i < count; ++i) out[i * width + b] = bytes[b * count + i];
  return out;
}

void dequantize(std::span<const std::int32_t> values, const Quantization& q, std::int64_t tile,
                std::span<double> out) {
  constexpr std::int32_t kZeroValue = INT32_MIN + 2;  // exact zeros of SUBTRACTIVE_DITHER_2
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto is_null = [&](std::int32_t v) { return q.has_null && v == q.null; };
  if (q.dither == Dither::none) {
    for (std::size_t i = 0; i < values.size(); ++i)
      out[i] = is_null(values[i]) ? nan : static_cast<double>(values[i]) * q.scale + q.zero;
    return;
  }
  const auto& numbers = dither_numbers();
  const auto count = static_cast<std::int64_t>(numbers.size());
  auto seed = static_cast<std::size_t>((tile % count + (q.seed - 1) % count + count) % count);
  const auto start = [&] {
    return static_cast<std::size_t>(static_cast<double>(numbers[seed]) * 500.0);
  };
  std::size_t next = start();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_null(values[i]))
      out[i] = nan;
    else if (q.dither == Dither::subtractive_2 && values[i] == kZeroValue)
      out[i] = 0.0;
    else
      out[i] =
          (static_cast<double>(values[i]) - static_cast<double>(numbers[next]) + 0.5) * q.scale +
          q.zero;
    if (++next == numbers.size()) {
      if (++seed == numbers.size()) seed = 0;
      next = start();
    }
  }
}

}  // namespace skywright::io::detail
