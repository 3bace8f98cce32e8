/// What can be asked for visits: surveys over an area, deep fields, queues of targets.
#pragma once

#include <optional>
#include <vector>

#include "skywright/schedule/situation.h"
#include "skywright/schedule/visit.h"

namespace skywright::schedule {

class Survey {
 public:
  virtual ~Survey() = default;
  [[nodiscard]] virtual int tier() const = 0;
  virtual void begin_night(const Setting& setting, const Tonight& tonight,
                           const Features& done) = 0;
  /// When the next planned sequence of tonight begins; 1e9 where none does.
  [[nodiscard]] virtual double next_scheduled_mjd(double mjd) const {
    (void)mjd;
    return 1e9;
  }
  /// What its best visits are worth now; nothing where it has none.
  virtual std::optional<double> offer(const Situation& now) = 0;
  /// Those visits. @pre offer() was just asked, for the same situation, and had something
  virtual std::vector<Request> take(const Situation& now) = 0;
};

}  // namespace skywright::schedule
