/// A queue of places with wishes of their own: programmes of a shared telescope, targets of
/// opportunity.
#pragma once

#include <string>
#include <vector>

#include "skywright/schedule/survey.h"

namespace skywright::schedule {

class TargetSurveyor final : public Survey {
 public:
  /// @param reason  observation_reason of its visits
  TargetSurveyor(std::vector<Target> targets, int tier, std::string reason, const Setting& setting);

  [[nodiscard]] int tier() const override { return tier_; }
  void begin_night(const Setting& setting, const Tonight& tonight, const Features& done) override;
  std::optional<double> offer(const Situation& now) override;
  std::vector<Request> take(const Situation& now) override;

 private:
  struct Wish {
    Target target;
    sphere::UnitVector direction;
    std::vector<int> bands;
    std::int64_t visits_an_epoch = 0;
    double failed_mjd = 0.0;  ///< offered then in vain
  };
  /// Worth now; nothing where the target cannot be observed or wants nothing.
  [[nodiscard]] std::optional<double> worth(const Wish& wish, const Situation& now) const;

  int tier_;
  std::string reason_;
  std::vector<Wish> wishes_;
  std::size_t best_ = 0;
};

}  // namespace skywright::schedule
