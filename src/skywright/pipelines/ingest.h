/// Raw frames into a survey: checked, named, linked or copied, never lost, never overwritten.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/base/error.h"
#include "skywright/base/execution.h"
#include "skywright/instrument/instrument.h"
#include "skywright/instrument/visit_info.h"

namespace skywright::pipelines {

enum class IngestOutcome { ingested, duplicate, refused };

struct IngestedFile {
  std::filesystem::path file;  ///< as given
  IngestOutcome outcome = IngestOutcome::refused;
  std::filesystem::path path;       ///< below the survey; empty where refused
  instrument::VisitInfo info = {};  ///< of a frame that was not refused
  std::string checksum = {};
  ExitCode code = ExitCode::complete;
  std::string message;  ///< why it was refused
};

struct IngestReport {
  std::vector<IngestedFile> files;  ///< in the order given
  [[nodiscard]] std::size_t count(IngestOutcome outcome) const;
  /// complete; that of the errors where all were refused with one code; partial otherwise.
  [[nodiscard]] ExitCode code() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
};

/// The night that an exposure belongs to: the date (YYYYMMDD) of the last local noon before it
/// began, by the site's mean solar time.
int night_of(time::Tai start, sphere::Angle east_longitude);

/// What a raw file shows: visit, detector, times; its HDUs hold every amplifier.
/// A camera without a keyword for the visit takes the last number in the file's name.
/// @throws InputError for a file that is no such frame
instrument::VisitInfo check_raw_frame(const std::filesystem::path& file,
                                      const instrument::Instrument& instrument);

/// Each file becomes raw/<night>/<visit>/<detector>.fits.fz. A file in the survey's own incoming/
/// is linked and then leaves incoming/; others are copied and stay. The same content again is a
/// duplicate; other content for a frame that is there is refused (code 4). A refused file does not
/// keep others from being ingested; failures are noted in failures.json.
/// @throws StorageError where the survey cannot be written
IngestReport ingest(archive::Archive& archive, const instrument::Instrument& instrument,
                    const std::vector<std::filesystem::path>& files, const Execution& execution);
/// Opens the survey first.
IngestReport ingest_files(const std::filesystem::path& survey,
                          const std::vector<std::filesystem::path>& files,
                          const Execution& execution);

}  // namespace skywright::pipelines
