/// Looking into packets of ours and of ZTF by the names that either gives a thing.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "skywright/alerts/avro_value.h"
#include "skywright/image/image.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

/// A number, also a truth as 1 or 0; none where there is no such field, it is null or no number.
std::optional<double> number_at(const alerts::AvroValue& alert, std::string_view path);
std::optional<std::string> text_at(const alerts::AvroValue& alert, std::string_view path);
/// The first that is there.
std::optional<double> number_at(const alerts::AvroValue& alert,
                                std::initializer_list<std::string_view> paths);
std::optional<std::string> text_at(const alerts::AvroValue& alert,
                                   std::initializer_list<std::string_view> paths);
/// The items of an array; nullptr where there is none.
const alerts::AvroValue::Array* items_at(const alerts::AvroValue& alert, std::string_view path);
/// A band's name: ours as it is, ZTF's fid 1, 2, 3 as g, r, i; empty where it is not known.
std::string band_of(const alerts::AvroValue& source);

struct Cutout {
  image::Image<float> pixels;
  std::optional<wcs::Wcs> wcs;
};
/// A cutout's pixels: ours is the bytes themselves, ZTF's a record with gzipped bytes in stampData.
/// @param name    "cutoutScience" and so on
/// @param beside  a file in whose folder it is laid down for the FITS reader
/// @throws InputError where it is no image
std::optional<Cutout> cutout_of(const alerts::AvroValue& alert, const std::string& name,
                                const std::filesystem::path& beside);

/// "03:32:30.12 -28:07:05.3": hours and degrees.
std::string sexagesimal(double ra_degrees, double dec_degrees);

}  // namespace skywright::pipelines
