#include "skywright/pipelines/make_masters.h"

#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/pipelines/master_files.h"
#include "skywright/pipelines/output_folder.h"
#include "skywright/pipelines/read_raw.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using instrument::ExposureKind;

/// The raws of one detector by kind.
struct DetectorRaws {
  std::vector<fs::path> bias;
  std::vector<fs::path> dark;
  std::map<std::string, std::vector<fs::path>> flat;  ///< by band
};

bool is_wanted(MasterKind wanted, ExposureKind kind) {
  switch (kind) {
    case ExposureKind::bias:
      return wanted == MasterKind::bias || wanted == MasterKind::all;
    case ExposureKind::dark:
      return wanted == MasterKind::dark || wanted == MasterKind::all;
    case ExposureKind::flat:
      return wanted == MasterKind::flat || wanted == MasterKind::all;
    case ExposureKind::science:
      return false;
  }
  return false;
}

std::map<int, DetectorRaws> sort_raws(const MakeMastersRequest& request,
                                      const instrument::Instrument& instrument,
                                      MakeMastersResult& result) {
  std::map<int, DetectorRaws> sorted;
  for (const fs::path& path : request.raws) {
    const instrument::VisitInfo info = read_raw_info(path, instrument);
    if (!is_wanted(request.kind, info.kind)) {
      ++result.left_aside;
      continue;
    }
    DetectorRaws& raws = sorted[info.detector];
    if (info.kind == ExposureKind::bias) raws.bias.push_back(path);
    if (info.kind == ExposureKind::dark) raws.dark.push_back(path);
    if (info.kind == ExposureKind::flat)
      raws.flat[info.band.empty() ? "none" : info.band].push_back(path);
  }
  if (sorted.empty())
    throw InputError(fmt::format("{} raw frames", request.raws.size()),
                     "none is of the kind asked for",
                     "see that their headers tell the kind of exposure (bias, dark, flat)");
  return sorted;
}

/// Makes the masters of one detector.
class DetectorMasters {
 public:
  DetectorMasters(const MakeMastersRequest& request, const instrument::Instrument& instrument,
                  const instrument::Detector& detector, const detrend::MasterConfig& config,
                  const Execution& execution, MakeMastersResult& result)
      : request_(request),
        instrument_(instrument),
        detector_(detector),
        config_(config),
        execution_(execution),
        result_(result) {
    if (!request.masters.empty())
      masters_ = read_masters(request.masters, detector.name, "", MasterMasks::all);
  }

  void make(const DetectorRaws& raws) {
    if (!raws.bias.empty()) {
      auto master =
          detrend::build_bias(source(raws.bias), raws.bias.size(), detector_, config_, execution_);
      publish(master, "bias", "", bias_path(request_.out, detector_.name));
      masters_.bias = std::move(master.image);
    }
    if (!raws.dark.empty()) {
      auto master = detrend::build_dark(source(raws.dark), raws.dark.size(), detector_, masters_,
                                        config_, execution_);
      publish(master, "dark", "", dark_path(request_.out, detector_.name));
      masters_.dark = std::move(master.image);
    }
    for (const auto& [band, paths] : raws.flat) {
      auto master = detrend::build_flat(source(paths), paths.size(), detector_, masters_, config_,
                                        execution_);
      publish(master, "flat", band, flat_path(request_.out, detector_.name, band));
      masters_.flat = std::move(master.image);
      find_defects();
      if (paths.size() >= 2)
        result_.gains.push_back({detector_.name, band,
                                 detrend::check_gain(source(paths)(0), source(paths)(1), detector_,
                                                     masters_, config_.overscan, execution_)});
    }
    if (raws.flat.empty() && !raws.dark.empty()) find_defects();
    if (defects_) publish_defects();
  }

 private:
  [[nodiscard]] detrend::RawSource source(const std::vector<fs::path>& paths) const {
    return [this, &paths](std::size_t i) {
      execution_.report("calib " + detector_.name, i, paths.size());
      RawFrame frame = read_raw(paths[i], instrument_);
      return std::move(frame.exposure);
    };
  }

  void publish(const detrend::MasterFrame& master, const std::string& kind, const std::string& band,
               const fs::path& path) {
    write_master(path, master, kind, detector_.name, band);
    result_.masters.push_back(
        {kind, detector_.name, band, path, master.frames, master.rejected, master.noise_ratio});
  }

  /// Of all bands together: a pixel that is bad in one is bad.
  void find_defects() {
    detrend::DefectMap found = detrend::find_defects(masters_, detector_, config_, execution_);
    if (!defects_) {
      defects_ = std::move(found);
      return;
    }
    for (std::size_t i = 0; i < found.mask.size(); ++i)
      defects_->mask.pixels()[i] |= found.mask.pixels()[i];
    defects_->dead = std::max(defects_->dead, found.dead);
    defects_->columns = std::max(defects_->columns, found.columns);
  }

  void publish_defects() {
    const fs::path path = defects_path(request_.out, detector_.name);
    write_defects(path, *defects_, detector_.name);
    result_.defects.push_back(
        {detector_.name, path, defects_->dead, defects_->hot, defects_->columns});
  }

  const MakeMastersRequest& request_;
  const instrument::Instrument& instrument_;
  const instrument::Detector& detector_;
  const detrend::MasterConfig& config_;
  const Execution& execution_;
  MakeMastersResult& result_;
  detrend::Masters masters_;
  std::optional<detrend::DefectMap> defects_;
};

}  // namespace

MakeMastersResult make_masters(const MakeMastersRequest& request,
                               const instrument::Instrument& instrument,
                               const detrend::MasterConfig& config, const Execution& execution) {
  MakeMastersResult result;
  const std::map<int, DetectorRaws> sorted = sort_raws(request, instrument, result);
  make_output_folder(request.out);
  for (const auto& [id, raws] : sorted) {
    execution.check_stop();
    const instrument::Detector& detector = instrument.detector(id);
    DetectorMasters(request, instrument, detector, config, execution, result).make(raws);
  }
  return result;
}

std::string masters_text(const MakeMastersResult& result) {
  std::string text;
  for (const MasterSummary& m : result.masters)
    text += fmt::format("{}  {} exposures, {} outliers left out, noise {:.3f} of the model's\n",
                        m.path.string(), m.frames, m.rejected, m.noise_ratio);
  for (const DefectSummary& d : result.defects)
    text +=
        fmt::format("{}  {} dead, {} hot, {} columns\n", d.path.string(), d.dead, d.hot, d.columns);
  for (const GainSummary& g : result.gains)
    for (const detrend::GainCheck& a : g.amplifiers)
      if (std::abs(a.gain - a.described) > 5.0 * a.gain_err + 0.02 * a.described)
        text += fmt::format(
            "{} {}: gain {:.4f} +- {:.4f} electron/ADU by photon transfer, {:.4f} "
            "in the instrument\n",
            g.detector, a.amplifier, a.gain, a.gain_err, a.described);
  return text;
}

std::string masters_json(const MakeMastersResult& result) {
  nlohmann::ordered_json json;
  json["masters"] = nlohmann::ordered_json::array();
  for (const MasterSummary& m : result.masters)
    json["masters"].push_back({{"kind", m.kind},
                               {"detector", m.detector},
                               {"band", m.band},
                               {"path", m.path.string()},
                               {"frames", m.frames},
                               {"rejected", m.rejected},
                               {"noise_ratio", m.noise_ratio}});
  json["defects"] = nlohmann::ordered_json::array();
  for (const DefectSummary& d : result.defects)
    json["defects"].push_back({{"detector", d.detector},
                               {"path", d.path.string()},
                               {"dead", d.dead},
                               {"hot", d.hot},
                               {"columns", d.columns}});
  json["gains"] = nlohmann::ordered_json::array();
  for (const GainSummary& g : result.gains)
    for (const detrend::GainCheck& a : g.amplifiers)
      json["gains"].push_back({{"detector", g.detector},
                               {"band", g.band},
                               {"amplifier", a.amplifier},
                               {"level", a.level},
                               {"gain", a.gain},
                               {"gain_err", a.gain_err},
                               {"described", a.described},
                               {"read_noise", a.read_noise}});
  json["left_aside"] = result.left_aside;
  return config::json_text(json);
}

}  // namespace skywright::pipelines
