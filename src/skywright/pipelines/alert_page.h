/// One alert as a page: its cutouts, its light, where it is, and every field with its unit.
#pragma once

#include <filesystem>
#include <string>

#include "skywright/alerts/avro_schema.h"
#include "skywright/alerts/avro_value.h"

namespace skywright::pipelines {

/// A page in HTML that needs nothing else.
/// @param beside  the page's file, in whose folder cutouts are laid down for the FITS reader
std::string alert_page(const alerts::AvroValue& alert, const alerts::AvroNode& schema,
                       const std::filesystem::path& beside);

/// Every field of the alert with value, unit and description, for a terminal.
std::string alert_text(const alerts::AvroValue& alert, const alerts::AvroNode& schema);

/// The unit at the end of a field's description: "psf flux [nJy]." gives "nJy".
std::string unit_of(const std::string& description);

}  // namespace skywright::pipelines
