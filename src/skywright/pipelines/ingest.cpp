#include "skywright/pipelines/ingest.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/source_id.h"
#include "skywright/config/json_text.h"
#include "skywright/io/fits.h"
#include "skywright/pipelines/failures.h"
#include "skywright/pipelines/read_again.h"
#include "skywright/pipelines/survey_config.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

std::string_view outcome_name(IngestOutcome outcome) {
  if (outcome == IngestOutcome::ingested) return "ingested";
  return outcome == IngestOutcome::duplicate ? "duplicate" : "refused";
}

/// The last run of digits in a file's name; 0 where there is none.
std::int64_t number_in_name(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::string stem = name.substr(0, name.find('.'));
  const std::size_t end = stem.find_last_of("0123456789");
  if (end == std::string::npos) return 0;
  std::size_t begin = end;
  while (begin > 0 && std::isdigit(static_cast<unsigned char>(stem[begin - 1])) != 0) --begin;
  std::int64_t value = 0;
  std::from_chars(stem.data() + begin, stem.data() + end + 1, value);
  return value;
}

void check_amplifiers(const fs::path& file, const instrument::Detector& detector) {
  const std::vector<io::HduSummary> hdus = io::list_hdus(file);
  for (const instrument::Amplifier& amplifier : detector.amplifiers) {
    const auto it = std::find_if(hdus.begin(), hdus.end(), [&](const io::HduSummary& hdu) {
      if (hdu.axes.size() != 2) return false;
      return amplifier.extension.empty() || hdu.name == amplifier.extension;
    });
    const std::string which =
        amplifier.extension.empty() ? "an image" : "an image called " + amplifier.extension;
    if (it == hdus.end())
      throw InputError(file.string(), "lacks " + which,
                       "check that it is a raw frame of " + detector.name);
    if (it->axes[0] < amplifier.raw.x_end() || it->axes[1] < amplifier.raw.y_end())
      throw InputError(file.string(),
                       fmt::format("{} is {} x {} pixels, where amplifier {} ends at {} x {}",
                                   which, it->axes[0], it->axes[1], amplifier.name,
                                   amplifier.raw.x_end(), amplifier.raw.y_end()),
                       "check that it is a raw frame of " + detector.name);
  }
}

bool lies_within(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path relative = fs::relative(file, folder, error);
  return !error && !relative.empty() && *relative.begin() != "..";
}

/// A frame that its raw name already holds: the same content, or a conflict.
bool is_duplicate(const archive::Archive& archive, const archive::DatasetKey& key,
                  const std::string& checksum, const fs::path& file) {
  const fs::path target = archive.path_of(key);
  if (!fs::exists(target)) return false;
  if (archive::file_checksum(target) == checksum)
    return fs::exists(archive::sidecar_path(target));  // else the ingest was cut off: finish it
  throw InputError(file.string(),
                   "the survey holds another frame for visit " + std::to_string(key.id.visit) +
                       ", detector " + std::to_string(key.id.detector),
                   "find out which is right; the one that is there was kept");
}

void link_or_copy(const fs::path& from, const fs::path& to, bool may_link) {
  std::error_code error;
  if (may_link) {
    fs::create_hard_link(from, to, error);
    if (!error) return;
  }
  fs::copy_file(from, to, error);
  if (error)
    throw StorageError(to.string(), error.message(), "free space or change its permissions");
}

void ingest_one(archive::Archive& archive, const instrument::Instrument& instrument,
                IngestedFile& result) {
  const instrument::VisitInfo info = check_raw_frame(result.file, instrument);
  const std::string checksum = archive::file_checksum(result.file);
  archive::DatasetId id;
  id.kind = "raw";
  id.visit = info.visit;
  id.detector = info.detector;
  id.band = info.band;
  id.night = night_of(info.start, instrument.site.longitude);
  const archive::Provenance provenance{
      .step = "ingest", .version = 1, .config = "", .inputs = {checksum}};
  const archive::DatasetKey key = archive::dataset_key(id, provenance);
  result.path = archive::relative_path(key);
  const bool incoming = lies_within(result.file, archive.root() / "incoming");
  const bool known = is_duplicate(archive, key, checksum, result.file);
  // Of a frame that is there, this makes sure that the registry lists it: an ingest may have been
  // cut off just before.
  const archive::DatasetRecord record = archive.publish(
      key, provenance, [&](const fs::path& to) { link_or_copy(result.file, to, incoming); });
  if (record.checksum != checksum)
    throw InputError(result.file.string(), "it changed while it was read",
                     "ingest it once it is written in full");
  result.info = info;
  result.checksum = checksum;
  result.outcome = known ? IngestOutcome::duplicate : IngestOutcome::ingested;
  // The frame is safe under its raw name, content and folder synced: incoming/ may let go of it.
  if (incoming) {
    std::error_code ignored;
    fs::remove(result.file, ignored);
  }
}

}  // namespace

int night_of(time::Tai start, sphere::Angle east_longitude) {
  const double utc = time::to_utc(start).mjd();
  const double turn = east_longitude.wrapped_around_zero().degrees() / 360.0;
  const double noon = std::floor(utc + turn - 0.5);
  const std::string date = time::iso_text(time::Utc::from_mjd(noon + 0.5), 0).substr(0, 10);
  return std::stoi(date.substr(0, 4) + date.substr(5, 2) + date.substr(8, 2));
}

instrument::VisitInfo check_raw_frame(const fs::path& file,
                                      const instrument::Instrument& instrument) {
  const header::Header header = io::read_header(file, {.index = 0, .name = {}});
  instrument::VisitInfo info;
  try {
    info = instrument::visit_info_from(header, instrument);
  } catch (const InputError& error) {
    throw InputError(file.string(), error.what(), "or describe the camera that took it");
  }
  if (info.visit == 0) info.visit = number_in_name(file);
  if (info.visit <= 0)
    throw InputError(file.string(), "its visit has no number",
                     "name the keyword as camera.keywords.visit, or number the file's name");
  if (!visit_code(VisitId{info.visit}))
    throw InputError(file.string(),
                     "its visit's number, " + std::to_string(info.visit) +
                         ", is neither below 2^32 nor a date YYYYMMDDnnnnn of 1990 to 2079",
                     "name a keyword that counts exposures as camera.keywords.visit");
  check_amplifiers(file, instrument.detector(info.detector));
  return info;
}

IngestReport ingest(archive::Archive& archive, const instrument::Instrument& instrument,
                    const std::vector<fs::path>& files, const Execution& execution) {
  IngestReport report;
  std::vector<Failure> failures;
  std::vector<std::string> done;
  for (const fs::path& file : files) {
    execution.check_stop();
    IngestedFile result;
    result.file = file;
    const std::string unit = "ingest " + file.filename().string();
    try {
      read_again(file, [&] { ingest_one(archive, instrument, result); });
      done.push_back(unit);
    } catch (const StorageError&) {
      throw;
    } catch (const Error& error) {
      result.path.clear();
      result.code = error.code();
      result.message = error.what();
      failures.push_back({unit, result.code, result.message});
    }
    report.files.push_back(std::move(result));
    execution.report("ingest", report.files.size(), files.size());
  }
  update_failures(archive.root(), failures, done);
  return report;
}

IngestReport ingest_files(const fs::path& survey, const std::vector<fs::path>& files,
                          const Execution& execution) {
  const SurveyConfig config = read_survey_config(survey);
  const instrument::Instrument instrument = survey_instrument(survey, config);
  archive::Archive archive(survey, archive::OpenFor::writing);
  return ingest(archive, instrument, files, execution);
}

std::size_t IngestReport::count(IngestOutcome outcome) const {
  return static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(),
                    [&](const IngestedFile& file) { return file.outcome == outcome; }));
}

ExitCode IngestReport::code() const {
  const std::size_t refused = count(IngestOutcome::refused);
  if (refused == 0) return ExitCode::complete;
  if (refused < files.size()) return ExitCode::partial;
  const ExitCode first = files.front().code;
  const bool same = std::all_of(files.begin(), files.end(),
                                [&](const IngestedFile& file) { return file.code == first; });
  return same ? first : ExitCode::partial;
}

std::string IngestReport::text() const {
  std::string out;
  for (const IngestedFile& file : files)
    if (file.outcome == IngestOutcome::refused) out += fmt::format("refused: {}\n", file.message);
  return out + fmt::format("{} ingested, {} duplicate, {} refused\n",
                           count(IngestOutcome::ingested), count(IngestOutcome::duplicate),
                           count(IngestOutcome::refused));
}

std::string IngestReport::json() const {
  nlohmann::ordered_json out;
  for (const IngestOutcome outcome :
       {IngestOutcome::ingested, IngestOutcome::duplicate, IngestOutcome::refused})
    out[std::string(outcome_name(outcome))] = count(outcome);
  out["files"] = nlohmann::ordered_json::array();
  for (const IngestedFile& file : files)
    out["files"].push_back({{"file", file.file.string()},
                            {"outcome", outcome_name(file.outcome)},
                            {"path", file.path.string()},
                            {"code", static_cast<int>(file.code)},
                            {"message", file.message}});
  return config::json_text(out);
}

}  // namespace skywright::pipelines
