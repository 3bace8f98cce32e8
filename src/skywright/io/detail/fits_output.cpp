#include "skywright/io/detail/fits_output.h"

#include <array>
#include <cstring>

#include "skywright/io/detail/big_endian.h"
#include "skywright/io/detail/card_text.h"
#include "skywright/io/detail/fits_structure.h"

namespace skywright::io::detail {

void Checksum::add(const void* bytes, std::size_t size) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + 4 <= size; i += 4) sum += from_big_endian<std::uint32_t>(at + i);
  add_words(sum);
}

void Checksum::add_words(std::uint64_t sum) {
  // Fold the carries in now, so that no number of calls overflows.
  sum_ += (sum & 0xffffffffU) + (sum >> 32);
  sum_ = (sum_ & 0xffffffffU) + (sum_ >> 32);
}

std::uint32_t Checksum::value() const {
  std::uint64_t sum = sum_;
  while ((sum >> 32) != 0) sum = (sum & 0xffffffffU) + (sum >> 32);
  return static_cast<std::uint32_t>(sum);
}

std::string encoded_checksum(std::uint32_t sum) {
  const std::uint32_t value = ~sum;
  const auto punctuation = [](int c) {
    return (c >= 0x3a && c <= 0x40) || (c >= 0x5b && c <= 0x60);
  };
  std::array<char, 16> text{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = static_cast<int>((value >> (24 - 8 * i)) & 0xffU);
    std::array<int, 4> quarter{};
    quarter.fill(byte / 4 + '0');
    quarter[0] += byte % 4;
    // Pairs move apart together until both are letters or digits: their sum stays.
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t j = 0; j < 4; j += 2) {
        if (!punctuation(quarter[j]) && !punctuation(quarter[j + 1])) continue;
        ++quarter[j];
        --quarter[j + 1];
        moved = true;
      }
    }
    for (std::size_t j = 0; j < 4; ++j) text[4 * j + i] = static_cast<char>(quarter[j]);
  }
  std::string out(16, ' ');
  for (std::size_t i = 0; i < 16; ++i) out[i] = text[(i + 15) % 16];  // the value starts at byte 11
  return out;
}

std::string record_of(std::string_view keyword, header::Value value, std::string_view comment) {
  std::string out;
  format_card({std::string(keyword), std::move(value), std::string(comment)}, out);
  return out;
}

HduOutput::HduOutput(ByteSink& sink, const std::string& structure, const std::string& cards)
    : sink_(sink), header_offset_(sink.size()), header_(structure + cards) {
  // Older readers want to be told of CONTINUE cards (HEASARC's convention, before FITS 4.0).
  bool continued = false;
  for (std::size_t at = 0; at < header_.size(); at += kCardLength)
    continued |= header_.compare(at, 8, "CONTINUE") == 0;
  if (continued) header_ += record_of("LONGSTRN", std::string("OGIP 1.0"), "CONTINUE is used");
  checksum_card_ = header_.size();
  header_ += record_of("CHECKSUM", std::string(16, '0'), "HDU checksum");
  header_ += record_of("DATASUM", std::string("0"), "data unit checksum");
  header_ += "END";
  header_.resize((header_.size() + kBlock - 1) / kBlock * kBlock, ' ');
  sink_.append(header_.data(), header_.size());
}

void HduOutput::append(const void* bytes, std::size_t size) {
  data_sum_.add(bytes, size);
  sink_.append(bytes, size);
  data_size_ += size;
}

void HduOutput::append_summed(const void* bytes, std::size_t size, std::uint64_t sum) {
  data_sum_.add_words(sum);
  sink_.append(bytes, size);
  data_size_ += size;
}

void HduOutput::finish(char fill) {
  if (const std::uint64_t odd = data_size_ % kBlock; odd != 0) {
    const std::string padding(kBlock - odd, fill);
    append(padding.data(), padding.size());
  }
  const std::uint32_t data_sum = data_sum_.value();
  header_.replace(checksum_card_ + kCardLength, kCardLength,
                  record_of("DATASUM", std::to_string(data_sum), "data unit checksum"));
  Checksum whole;
  whole.add(header_.data(), header_.size());
  whole.add_words(data_sum);
  header_.replace(checksum_card_, kCardLength,
                  record_of("CHECKSUM", encoded_checksum(whole.value()), "HDU checksum"));
  sink_.patch(header_offset_ + checksum_card_, header_.data() + checksum_card_, 2 * kCardLength);
}

}  // namespace skywright::io::detail
