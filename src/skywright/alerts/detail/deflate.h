/// Raw deflate (RFC 1951), as Avro's codec of that name.
#pragma once

#include <string>
#include <string_view>

namespace skywright::alerts::detail {

std::string deflated(std::string_view content);
/// As a gzip file (RFC 1952), without name and time: the same content gives the same bytes.
std::string gzipped(std::string_view content);
/// @throws InputError for bytes that are not deflate's, or that would grow past 1 GiB
std::string inflated(std::string_view content);

}  // namespace skywright::alerts::detail
