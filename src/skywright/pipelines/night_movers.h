/// What a night saw of the Solar System, as files for those who take it further:
///
///     catalog/moving/<night>/ss_source.parquet      sources that are known bodies
///     catalog/moving/<night>/ades.psv               the same as observations for the Minor Planet
///                                                   Center (ADES 2022)
///     catalog/moving/<night>/unattributed.parquet   sources that are neither known bodies nor
///                                                   objects that stood still: for linking
///     catalog/moving/ss_object.parquet              the known bodies that were seen
///
/// A night is named by the date of its evening, YYYYMMDD.
#pragma once

#include <filesystem>

#include "skywright/database/prompt_database.h"
#include "skywright/instrument/instrument.h"
#include "skywright/pipelines/survey_config.h"

namespace skywright::pipelines {

/// Written anew from the database: the same state gives the same bytes.
/// @throws StorageError
void publish_night_movers(const std::filesystem::path& folder,
                          const database::PromptDatabase& prompt, const SurveyConfig& config,
                          const instrument::Instrument& instrument);

}  // namespace skywright::pipelines
