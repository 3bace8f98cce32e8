#include "skywright/pipelines/detrend_files.h"

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/pipelines/master_files.h"
#include "skywright/pipelines/output_folder.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

/// Empty where nothing is to be written.
fs::path output_path(const DetrendRequest& request, const RawInput& raw) {
  if (request.out.empty()) return {};
  const bool file = request.out.extension() == ".fits" && !fs::is_directory(request.out);
  if (file && request.raws.size() > 1)
    throw ConfigError("--out " + request.out.string(),
                      fmt::format("one file for {} raw frames", request.raws.size()),
                      "name a folder");
  if (raw.parts && !file)
    throw ConfigError("--out " + request.out.string(),
                      "a frame in memory has no name that a file in a folder could take",
                      "name a file that ends in .fits, for one frame");
  const fs::path path = file ? request.out : request.out / (frame_stem(raw.path) + ".fits");
  std::error_code error;
  if (!raw.parts && fs::equivalent(path, raw.path, error))
    throw ConfigError("--out " + request.out.string(), "it would replace the raw frame",
                      "name another folder");
  return path;
}

std::vector<std::string> names_of(const detrend::Masters& masters) {
  std::vector<std::string> names;
  if (masters.bias) names.emplace_back("bias");
  if (masters.dark) names.emplace_back("dark");
  if (masters.flat) names.emplace_back("flat");
  if (masters.defects) names.emplace_back("defects");
  return names;
}

void detrend_one(const DetrendRequest& request, const instrument::Instrument& instrument,
                 const detrend::DetrendConfig& config, const Execution& execution,
                 std::map<std::string, detrend::Masters>& cache, const RawInput& raw,
                 DetrendedFile& file) {
  const RawFrame frame =
      raw.parts ? raw_frame(*raw.parts, instrument) : read_raw(raw.path, instrument);
  file.detector = frame.detector.name;
  detrend::Masters none;
  detrend::Masters* masters = &none;
  if (!request.masters.empty()) {
    const std::string& band = frame.exposure.info.band;
    const std::string key = frame.detector.name + "/" + band;
    auto found = cache.find(key);
    if (found == cache.end()) {
      cache.clear();  // a full CCD's masters take half a gigabyte
      found = cache
                  .emplace(key, read_masters(request.masters, frame.detector.name, band,
                                             MasterMasks::of_the_flat))
                  .first;
    }
    masters = &found->second;
  }
  file.masters = names_of(*masters);
  file.report = detrend::detrend(frame.exposure, frame.detector, *masters, config, execution);
  Exposure exposure = detrended_exposure(frame, instrument, file.report);
  std::string applied;
  for (const std::string& name : file.masters) applied += (applied.empty() ? "" : " ") + name;
  exposure.header.set("MASTERS", applied, "calibration masters applied");
  if (file.path.empty())
    file.exposure = std::move(exposure);
  else
    write_exposure(file.path, exposure);
}

}  // namespace

Exposure detrended_exposure(const RawFrame& frame, const instrument::Instrument& instrument,
                            detrend::DetrendResult& result) {
  Exposure exposure;
  exposure.header = frame.exposure.header;
  for (const char* stale :
       {"BUNIT", "EXTNAME", "DATASEC", "BIASSEC", "TRIMSEC", "DETSEC", "DATAMIN", "DATAMAX"})
    exposure.header.erase(stale);
  instrument::set_visit_info(exposure.header, frame.exposure.info, instrument);
  if (!frame.exposure.info.band.empty())
    exposure.header.set("BAND", frame.exposure.info.band, "the instrument's name of the filter");
  exposure.header.set("BUNIT", "electron", "pixel unit");
  exposure.header.set("DETNAME", frame.detector.name, "detector");
  exposure.header.set("NSAT", result.saturated, "pixels with SAT");
  exposure.header.set("NBAD", result.defective, "pixels with BAD");
  exposure.header.set("NCR", result.cosmic_rays.pixels, "pixels with CR");
  exposure.wcs = frame.wcs;
  exposure.image = std::move(result.image);
  result.image = {};
  return exposure;
}

DetrendFilesResult detrend_files(const DetrendRequest& request,
                                 const instrument::Instrument& instrument,
                                 const detrend::DetrendConfig& config, const Execution& execution) {
  check_fields(config);
  if (!request.masters.empty() && !fs::is_directory(request.masters))
    throw InputError(request.masters.string(), "there is no such folder",
                     "name the folder that `skywright calib` wrote, or leave --masters out");
  DetrendFilesResult result;
  for (const RawInput& raw : request.raws) {
    DetrendedFile file;
    file.raw = raw.name();
    file.path = output_path(request, raw);
    result.files.push_back(std::move(file));
  }
  if (result.files.empty())
    throw ConfigError("detrend", "no raw frame is named", "name at least one");
  if (const fs::path& first = result.files.front().path; !first.empty())
    make_output_folder(first.has_parent_path() ? first.parent_path() : fs::path("."));
  std::map<std::string, detrend::Masters> cache;
  for (std::size_t i = 0; i < result.files.size(); ++i) {
    DetrendedFile& file = result.files[i];
    execution.check_stop();
    try {
      detrend_one(request, instrument, config, execution, cache, request.raws[i], file);
    } catch (const InputError& error) {
      if (result.files.size() == 1) throw;
      file.code = error.code();
      file.problem = error.what();
      result.code = ExitCode::partial;
    }
    execution.report("detrend", i + 1, result.files.size());
  }
  return result;
}

std::string detrend_text(const DetrendFilesResult& result) {
  std::string text;
  for (const DetrendedFile& file : result.files) {
    if (file.code != ExitCode::complete) {
      text += fmt::format("failed: {}\n", file.problem);
      continue;
    }
    text += fmt::format("{}  {} saturated, {} bad, {} cosmic-ray pixels\n",
                        file.path.empty() ? file.raw : file.path.string(), file.report.saturated,
                        file.report.defective, file.report.cosmic_rays.pixels);
  }
  return text;
}

std::string detrend_json(const DetrendFilesResult& result) {
  nlohmann::ordered_json json;
  json["files"] = nlohmann::ordered_json::array();
  for (const DetrendedFile& file : result.files) {
    nlohmann::ordered_json one{{"raw", file.raw}, {"code", static_cast<int>(file.code)}};
    if (file.code != ExitCode::complete) {
      one["problem"] = file.problem;
      json["files"].push_back(one);
      continue;
    }
    one["path"] = file.path.string();
    one["detector"] = file.detector;
    one["masters"] = file.masters;
    one["saturated"] = file.report.saturated;
    one["bad"] = file.report.defective;
    one["cosmic_ray_pixels"] = file.report.cosmic_rays.pixels;
    one["psf_fwhm_px"] = file.report.cosmic_rays.psf_fwhm;
    one["amplifiers"] = nlohmann::ordered_json::array();
    for (const detrend::AmplifierReport& a : file.report.amplifiers)
      one["amplifiers"].push_back({{"name", a.name},
                                   {"bias_level", a.bias_level},
                                   {"read_noise", a.read_noise},
                                   {"saturated", a.saturated},
                                   {"not_finite", a.not_finite}});
    json["files"].push_back(one);
  }
  return config::json_text(json);
}

}  // namespace skywright::pipelines
