#include "skywright/pipelines/night_work.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/pipelines/read_again.h"

namespace skywright::pipelines {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string answer_text(const ExposureAnswer& answer) {
  Json json;
  json["code"] = static_cast<int>(answer.code);
  json["message"] = answer.message;
  json["was_done"] = answer.was_done;
  json["times"] = Json::array();
  for (const StepTime& t : answer.times) {
    Json one{{"step", t.step}, {"seconds", t.seconds}};
    if (std::isfinite(t.cpu_seconds)) one["cpu_seconds"] = t.cpu_seconds;
    json["times"].push_back(std::move(one));
  }
  json["sources"] = answer.sources;
  json["dia_sources"] = answer.dia_sources;
  return config::json_text(json);
}

ExposureAnswer answer_from(std::string_view text) {
  const Json json = Json::parse(text);
  ExposureAnswer answer{.code = static_cast<ExitCode>(json.at("code").get<int>()),
                        .message = json.at("message"),
                        .was_done = json.at("was_done"),
                        .times = {},
                        .sources = json.at("sources"),
                        .dia_sources = json.at("dia_sources")};
  for (const Json& t : json.at("times")) {
    StepTime& time = answer.times.emplace_back();
    time.step = t.at("step");
    time.seconds = t.at("seconds");
    if (t.contains("cpu_seconds")) time.cpu_seconds = t.at("cpu_seconds");
  }
  return answer;
}

std::string exposure_order(const RawFile& raw, const std::filesystem::path& root,
                           const DetectorProducts& products) {
  return config::json_text({{"raw", raw.path.lexically_relative(root).string()},
                            {"checksum", raw.checksum},
                            {"visit", raw.info.visit},
                            {"stamps", products.stamps.hash}});
}

std::string NightWork::operator()(std::string_view order, const Execution& execution) const {
  ExposureAnswer answer;
  try {
    answer = process(order, execution);
  } catch (const Stopped&) {
    throw;
  } catch (const StorageError&) {
    throw;
  } catch (const Error& error) {
    answer.code = error.code();
    answer.message = error.what();
  } catch (const std::exception& error) {
    // Ours to mend, but the other exposures go on.
    answer.code = ExitCode::internal;
    answer.message = fmt::format("internal error: {}; please report it", error.what());
  }
  return answer_text(answer);
}

ExposureAnswer NightWork::process(std::string_view order, const Execution& execution) const {
  const Json json = Json::parse(order);
  RawFile raw{archive_.root() / json.at("raw").get<std::string>(), json.at("checksum"), {}};
  raw.info = read_again(raw.path, [&] { return read_raw_info(raw.path, instrument_); });
  raw.info.visit = json.at("visit");  // of the file's name where the header numbers no visits
  const DetectorProducts products = night_exposure_products(raw, instrument_, inputs_, config_);
  // The stamps' key holds all settings and inputs that there are.
  if (products.stamps.hash != json.at("stamps").get<std::string>())
    throw InputError(archive_.root().string(),
                     "this rank finds other settings, masters, templates or reference stars in "
                     "the survey than rank 0 did",
                     "leave them alone while a night runs, let all ranks see the same survey and "
                     "run the same program; then run the night again");
  NightExposure done =
      process_night_exposure(raw, instrument_, inputs_, config_, archive_, execution);
  return {.code = ExitCode::complete,
          .message = {},
          .was_done = done.was_done,
          .times = std::move(done.times),
          .sources = done.quality.sources,
          .dia_sources = done.quality.dia_sources};
}

}  // namespace skywright::pipelines
