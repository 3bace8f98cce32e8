/// The Minor Planet Center's packed designations, and ids made of them.
///
/// minorplanetcenter.net/iau/info/PackedDes.html: "00433" is (433), "K24A12B" is 2024 AB12.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace skywright::ephemeris {

struct Designation {
  std::string permanent;    ///< "433", "1P"; empty where there is none
  std::string provisional;  ///< "2024 AB12"; empty where there is none
};

/// Both empty for text that is no packed designation of a body (minor planets, comets).
Designation unpacked(std::string_view packed);
/// "433" or "(433) Eros" to "00433", "2024 AB12" to "K24A12B"; empty where it is neither.
std::string packed(std::string_view designation);

/// A positive id of 63 bits: the designation's own bytes, first character highest, for packed ones
/// of up to 8 characters, as LSST's ssObjectId; a hash with a leading byte of 1 for other names.
std::int64_t solar_system_id(std::string_view packed_or_name);

}  // namespace skywright::ephemeris
