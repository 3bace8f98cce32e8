#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.h"
#include "skywright/config/json_text.h"
#include "skywright/pipelines/kernel_check.h"

namespace skywright::apps {
namespace {

using config::json_string;
using pipelines::CallCosts;
using pipelines::KernelCheck;

std::string_view item_name(plugin::Kind kind) {
  return kind == plugin::Kind::measure ? "source"
                                       : (kind == plugin::Kind::psf ? "PSF" : "magnitude");
}

std::string check_text(const KernelCheck& c, const pipelines::KernelCheckRequest& request) {
  const plugin::Description& d = c.description;
  std::string out = fmt::format("{}{}{}: a kernel of kind {}{}\n", d.name,
                                d.version.empty() ? "" : " ", d.version, kind_name(d.kind),
                                d.reentrant ? "" : ", called by one thread at a time");
  for (const plugin::Parameter& p : d.parameters)
    out += fmt::format("  parameter  {:<16} {} = {:g}  {}\n", p.name, p.unit.empty() ? "-" : p.unit,
                       p.value, p.meaning);
  for (const plugin::Result& r : d.results)
    out += fmt::format("  result     {:<16} {}  {}\n", r.name, r.unit.empty() ? "-" : r.unit,
                       r.meaning);
  const auto item = item_name(d.kind);
  const auto line = [&](const char* how, const CallCosts& costs) {
    return fmt::format("  {}: {:.2f} us a call around it; in calls of {}, {:.2f} us a {}\n", how,
                       costs.overhead_us, request.count, costs.item_us, item);
  };
  out += fmt::format("tried: results repeat, alone and in company, here and isolated\n");
  out += fmt::format("  the kernel itself: {:.2f} us a {}\n", c.kernel_us, item);
  out += line("in this process", c.plain);
  return out + line("isolated", c.isolated);
}

std::string costs_json(const CallCosts& costs) {
  return fmt::format(
      R"({{"overhead_per_call_us":{:.4g},"per_item_us":{:.4g},"overhead_per_item_us":{:.4g}}})",
      costs.overhead_us, costs.item_us, costs.item_overhead_us);
}

std::string check_json(const KernelCheck& c, const pipelines::KernelCheckRequest& request) {
  const plugin::Description& d = c.description;
  std::vector<std::string> parameters;
  for (const plugin::Parameter& p : d.parameters)
    parameters.push_back(fmt::format(R"({{"name":{},"unit":{},"default":{},"meaning":{}}})",
                                     json_string(p.name), json_string(p.unit), p.value,
                                     json_string(p.meaning)));
  std::vector<std::string> results;
  for (const plugin::Result& r : d.results)
    results.push_back(fmt::format(R"({{"name":{},"unit":{},"meaning":{}}})", json_string(r.name),
                                  json_string(r.unit), json_string(r.meaning)));
  std::vector<std::string> first;
  for (const double v : c.first_item)
    first.push_back(std::isfinite(v) ? fmt::format("{}", v) : "null");
  return fmt::format(
      R"({{"name":{},"version":{},"kind":"{}","reentrant":{},"library":{},"checksum":"{}",)"
      R"("parameters":[{}],"results":[{}],"items_per_call":{},"first_item":[{}],)"
      R"("kernel_per_item_us":{:.4g},"plain":{},"isolated":{}}})",
      json_string(d.name), json_string(d.version), kind_name(d.kind), d.reentrant,
      json_string(request.library.string()), c.checksum, fmt::join(parameters, ","),
      fmt::join(results, ","), request.count, fmt::join(first, ","), c.kernel_us,
      costs_json(c.plain), costs_json(c.isolated));
}

Outcome run_check(const Arguments& args, const Session&) {
  const pipelines::KernelCheckRequest request{
      .library = args.text("library"),
      .parameters = args.texts("--parameter"),
      .side = static_cast<int>(args.whole_or("--side", 31)),
      .count = static_cast<int>(args.whole_or("--count", 64)),
      .deadline_s = args.number_or("--deadline", 10.0)};
  const KernelCheck check = pipelines::check_kernel(request);
  return {.text = check_text(check, request), .json = check_json(check, request)};
}

}  // namespace

Command kernel_check_command() {
  return {
      .name = "kernel check",
      .summary = "try a user kernel on made input, and tell what a call costs",
      .details =
          "A user kernel is a function of your own in a shared library, in C or Fortran, that "
          "measures\n"
          "sources, is a PSF or a light curve (include/skywright_kernel.h).\n"
          "It is tried in a process of its own first: one that crashes or never ends is told, and "
          "no harm\n"
          "done. \"Around it\" is what a call with one item takes beside the kernel's own time.\n"
          "Example: gfortran -O2 -shared -fPIC -o mine.so mine.f90 && skywright kernel check "
          "mine.so",
      .arguments = {{"library", "shared library, .so"}},
      .options = {{"--parameter", "NAME=VALUE",
                   "a parameter other than its default; may be "
                   "repeated",
                   Need::optional, Takes::many},
                  {"--side", "N", "of stamps and PSFs, odd (default 31)"},
                  {"--count", "N", "sources, PSFs or magnitudes in a call (default 64)"},
                  {"--deadline", "S", "longest that a call may take (default 10)"}},
      .run = run_check};
}

}  // namespace skywright::apps
