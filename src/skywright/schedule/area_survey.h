/// Surveys over the footprint: the best field, or blocks of fields once, in pairs, with a third
/// visit hours later, or several times in twilight.
#pragma once

#include <string>
#include <vector>

#include "skywright/schedule/band_list.h"
#include "skywright/schedule/reward.h"
#include "skywright/schedule/survey.h"

namespace skywright::schedule {

class AreaSurveyor final : public Survey {
 public:
  AreaSurveyor(const AreaSurvey& survey, const Setting& setting);

  [[nodiscard]] int tier() const override { return survey_.tier; }
  void begin_night(const Setting& setting, const Tonight& tonight, const Features& done) override;
  std::optional<double> offer(const Situation& now) override;
  std::vector<Request> take(const Situation& now) override;

 private:
  /// A block whose third visits are still to come.
  struct Followup {
    double ready_mjd;
    double late_mjd;
    std::vector<Request> requests;
  };

  [[nodiscard]] bool open(const Situation& now) const;
  [[nodiscard]] double free_minutes(const Situation& now) const;
  [[nodiscard]] std::vector<std::uint8_t> mask(const Situation& now) const;
  [[nodiscard]] std::vector<std::uint8_t> band_mask(const Situation& now, int band,
                                                    std::span<const std::uint8_t> mask) const;
  [[nodiscard]] bool band_open(const Situation& now, int band) const;
  [[nodiscard]] std::size_t block_size(const Situation& now) const;
  [[nodiscard]] bool wide_enough(const Situation& now, std::size_t slot) const;
  [[nodiscard]] Request request(const Situation& now, std::size_t field, int band,
                                const char* pass) const;
  [[nodiscard]] std::vector<std::size_t> toured(const Situation& now,
                                                std::vector<std::size_t> fields) const;
  void set_followup(const Situation& now, const std::vector<Request>& first);

  AreaSurvey survey_;
  std::vector<BandPair> pairs_;
  std::vector<std::string> labels_;  ///< of each pair, for notes
  std::vector<std::uint8_t> dark_band_;
  bool tonight_ = true;
  bool begun_tonight_ = false;
  std::vector<Followup> followups_;
  // The offer that `take` will make good.
  std::size_t best_pair_ = 0;
  BestReward best_;
  std::vector<float> best_map_;
  bool offer_followup_ = false;
};

}  // namespace skywright::schedule
