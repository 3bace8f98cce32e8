#include "skywright/io/fits_statistics.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"

namespace skywright::io {
namespace {

template <class Range, class Number>
ValueStatistics statistics(const Range& values, Number&& number) {
  ValueStatistics out;
  for (const auto& value : values) {
    const double x = number(value);
    if (!std::isfinite(x)) {
      ++out.not_finite;
      continue;
    }
    out.least = out.finite == 0 ? x : std::min(out.least, x);
    out.most = out.finite == 0 ? x : std::max(out.most, x);
    out.sum += x;
    ++out.finite;
  }
  return out;
}

ColumnStatistics column_statistics(const table::Column& column) {
  static constexpr const char* kTypes[] = {"float64", "float32", "int64", "int32", "bool", "text"};
  ColumnStatistics out{column.name, column.unit, kTypes[column.values.index()], {}};
  out.values = std::visit(
      [](const auto& v) {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, table::Flags>)
          return statistics(v.values, [](std::uint8_t x) { return static_cast<double>(x); });
        else if constexpr (std::is_same_v<V, std::vector<std::string>>)
          return statistics(v, [](const std::string& x) { return static_cast<double>(x.size()); });
        else
          return statistics(v, [](auto x) { return static_cast<double>(x); });
      },
      column.values);
  return out;
}

bool is_readable_image(const HduSummary& hdu) {
  return hdu.kind == HduKind::image && hdu.axes.size() >= 2 && hdu.axes[0] > 0 && hdu.axes[1] > 0 &&
         std::all_of(hdu.axes.begin() + 2, hdu.axes.end(), [](auto n) { return n == 1; });
}

std::string kind_name(const HduSummary& hdu) {
  if (hdu.kind == HduKind::image) return "image";
  return hdu.kind == HduKind::binary_table ? "table" : "ascii table";
}

std::string size_text(const HduSummary& hdu) {
  std::string out;
  for (const auto n : hdu.axes) out += fmt::format("{}{}", out.empty() ? "" : " x ", n);
  return out.empty() ? "no data" : out;
}

nlohmann::ordered_json as_json(const ValueStatistics& v) {
  return {{"finite", v.finite}, {"not_finite", v.not_finite},
          {"sum", v.sum},       {"mean", v.mean()},
          {"min", v.least},     {"max", v.most}};
}

}  // namespace

std::vector<HduStatistics> fits_statistics(const std::filesystem::path& path) {
  std::vector<HduStatistics> out;
  for (HduSummary& summary : list_hdus(path)) {
    HduStatistics hdu{std::move(summary), false, {}, {}, {}};
    const HduSelector selector{.index = hdu.summary.index, .name = {}};
    try {
      if (hdu.summary.kind != HduKind::image) {
        const table::Table table = read_fits_table(path, selector);
        for (const table::Column& column : table.columns())
          hdu.columns.push_back(column_statistics(column));
      } else if (is_readable_image(hdu.summary)) {
        const FitsImage image = read_image(path, selector);
        hdu.values = statistics(image.pixels.pixels(), [](float x) { return double{x}; });
        hdu.has_values = true;
      }
    } catch (const InputError& error) {
      hdu.problem = error.what();
    }
    out.push_back(std::move(hdu));
  }
  return out;
}

std::string statistics_text(const std::vector<HduStatistics>& hdus) {
  std::string out = fmt::format("{:>4}  {:<20} {:<12} {:>6} {:<20} {}\n", "HDU", "name", "kind",
                                "bitpix", "size", "mean, least, most, not finite");
  for (const HduStatistics& hdu : hdus) {
    const HduSummary& s = hdu.summary;
    const std::string size = s.kind == HduKind::image
                                 ? size_text(s)
                                 : fmt::format("{} columns x {} rows", s.axes[0], s.axes[1]);
    out += fmt::format("{:>4}  {:<20} {:<12} {:>6} {:<20} ", s.index, s.name,
                       kind_name(s) + (s.compressed ? ", packed" : ""),
                       s.kind == HduKind::image ? std::to_string(s.bitpix) : "", size);
    if (hdu.has_values)
      out += fmt::format("{:.6g}, {:.6g}, {:.6g}, {}", hdu.values.mean(), hdu.values.least,
                         hdu.values.most, hdu.values.not_finite);
    if (!hdu.problem.empty()) out += hdu.problem;
    out += '\n';
    for (const ColumnStatistics& column : hdu.columns) {
      out += fmt::format("      {:<24} {:<8} {:<10}", column.name, column.type, column.unit);
      if (column.type != "text")
        out += fmt::format(" {:.6g}, {:.6g}, {:.6g}, {}", column.values.mean(), column.values.least,
                           column.values.most, column.values.not_finite);
      out += '\n';
    }
  }
  return out;
}

std::string statistics_json(const std::vector<HduStatistics>& hdus) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const HduStatistics& hdu : hdus) {
    const HduSummary& s = hdu.summary;
    nlohmann::ordered_json one = {{"index", s.index},     {"name", s.name},
                                  {"kind", kind_name(s)}, {"bitpix", s.bitpix},
                                  {"axes", s.axes},       {"compressed", s.compressed}};
    if (hdu.has_values) one["values"] = as_json(hdu.values);
    if (s.kind != HduKind::image) {
      nlohmann::ordered_json columns = nlohmann::ordered_json::array();
      for (const ColumnStatistics& column : hdu.columns)
        columns.push_back({{"name", column.name},
                           {"unit", column.unit},
                           {"type", column.type},
                           {"values", as_json(column.values)}});
      one["columns"] = columns;
    }
    if (!hdu.problem.empty()) one["problem"] = hdu.problem;
    list.push_back(std::move(one));
  }
  const nlohmann::ordered_json all = {{"hdus", list}};
  // A header's text may hold any byte; JSON may not.
  return config::json_text(all);
}

}  // namespace skywright::io
