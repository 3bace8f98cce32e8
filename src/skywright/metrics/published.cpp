#include "skywright/metrics/published.h"

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/metrics/detail/embedded_files.h"

namespace skywright::metrics {

void describe(Fields& f, PublishedFigure& figure) {
  f.text("metric", figure.metric, "name of the metric");
  f.number("value", figure.value, "value as published");
  f.number("relative", figure.relative, "wanted agreement, part of the value", {.low = 0.0});
  f.number("absolute", figure.absolute, "wanted agreement, in its unit", {.low = 0.0});
}

void describe(Fields& f, PublishedBaseline& baseline) {
  f.text("name", baseline.name, "name of the schedule");
  f.text("source", baseline.source, "where the figures were published");
  describe_list(f, "figures", baseline.figures, "published figures, one a metric");
}

PublishedBaseline published_baseline(std::string_view name) {
  std::string known;
  for (const EmbeddedFile& file : detail::embedded_files()) {
    PublishedBaseline baseline;
    config::read_toml(baseline, file.content, std::string(file.name));
    if (baseline.name == name) return baseline;
    known += (known.empty() ? "" : ", ") + baseline.name;
  }
  throw ConfigError(fmt::format("published baseline {}", name), "there is none of that name",
                    "choose one of: " + known);
}

}  // namespace skywright::metrics
