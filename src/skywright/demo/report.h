/// The demo's report: one HTML file with pictures, curves and tables.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/demo/demo.h"

namespace skywright::demo {

/// One exposure of the night with its files.
struct ReportInput {
  ScoreInput score;
  std::string detector_name;
  std::filesystem::path raw;
  std::filesystem::path image;  ///< clean
};

/// The page that compares the night with the truth.
std::string report_html(const DemoRequest& request, const DemoSummary& summary,
                        const std::vector<ReportInput>& inputs);

}  // namespace skywright::demo
