#include "skywright/io/detail/table_output.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/detail/big_endian.h"
#include "skywright/io/detail/card_text.h"
#include "skywright/io/detail/fits_output.h"

namespace skywright::io::detail {
namespace {

using table::Column;

struct Field {
  std::string form;
  std::size_t width = 0;
  std::size_t offset = 0;
};

Field field_of(const Column& column) {
  struct {
    Field operator()(const std::vector<double>&) const { return {"D", 8}; }
    Field operator()(const std::vector<float>&) const { return {"E", 4}; }
    Field operator()(const std::vector<std::int64_t>&) const { return {"K", 8}; }
    Field operator()(const std::vector<std::int32_t>&) const { return {"J", 4}; }
    Field operator()(const table::Flags&) const { return {"L", 1}; }
    Field operator()(const std::vector<std::string>& v) const {
      std::size_t longest = 1;  // some readers choke on fields of width 0
      for (const std::string& text : v) longest = std::max(longest, text.size());
      return {fmt::format("{}A", longest), longest};
    }
  } const form;
  return std::visit(form, column.values);
}

/// Put the column's values of rows [begin, end) into their place in the rows.
void fill(const Column& column, const Field& field, std::size_t row_size, std::size_t begin,
          std::size_t end, std::uint8_t* rows) {
  std::visit(
      [&](const auto& v) {
        using V = std::decay_t<decltype(v)>;
        std::uint8_t* at = rows + field.offset;
        for (std::size_t r = begin; r < end; ++r, at += row_size) {
          if constexpr (std::is_same_v<V, table::Flags>) {
            *at = v.values[r] != 0 ? 'T' : 'F';
          } else if constexpr (std::is_same_v<V, std::vector<std::string>>) {
            // FITS knows ASCII only. Bytes behind a short text stay NUL.
            std::transform(v[r].begin(), v[r].end(), at, [](char c) {
              return static_cast<std::uint8_t>(c >= 0x20 && c <= 0x7e ? c : '?');
            });
          } else {
            to_big_endian(v[r], at);
          }
        }
      },
      column.values);
}

std::string structure_of(const table::Table& table, const std::vector<Field>& fields,
                         std::size_t row_size, const std::string& name) {
  std::string text = record_of("XTENSION", std::string("BINTABLE"), "binary table extension");
  text += record_of("BITPIX", std::int64_t{8});
  text += record_of("NAXIS", std::int64_t{2});
  text += record_of("NAXIS1", static_cast<std::int64_t>(row_size), "bytes a row");
  text += record_of("NAXIS2", static_cast<std::int64_t>(table.rows()), "rows");
  text += record_of("PCOUNT", std::int64_t{0}, "no heap");
  text += record_of("GCOUNT", std::int64_t{1}, "one group");
  text += record_of("TFIELDS", static_cast<std::int64_t>(fields.size()), "columns");
  if (!name.empty()) text += record_of("EXTNAME", name, "name of this HDU");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Column& column = table.columns()[i];
    text += record_of(fmt::format("TTYPE{}", i + 1), column.name);
    text += record_of(fmt::format("TFORM{}", i + 1), fields[i].form);
    if (!column.unit.empty()) text += record_of(fmt::format("TUNIT{}", i + 1), column.unit);
    if (!column.description.empty())
      text += record_of(fmt::format("TCOMM{}", i + 1), column.description);
  }
  return text;
}

}  // namespace

void write_table_hdu(ByteSink& sink, const table::Table& table, const std::string& name,
                     const header::Header& header) {
  if (table.columns().size() > 999)
    throw InputError("table " + name, "has more than 999 columns, the most that FITS allows",
                     "write Parquet instead");
  std::vector<Field> fields;
  std::size_t row_size = 0;
  for (const Column& column : table.columns()) {
    fields.push_back(field_of(column));
    fields.back().offset = row_size;
    row_size += fields.back().width;
  }
  std::string cards;
  for (const header::Card& card : header.cards()) {
    if (card.keyword == "EXTNAME" || card.keyword == "DATE" ||
        describes_storage(card.keyword, Storage::table))
      continue;
    format_card(card, cards);
  }
  for (const auto& [key, value] : table.metadata) {
    if (header.contains(key) || key == "EXTNAME" || describes_storage(key, Storage::table))
      continue;
    format_card({key, value, ""}, cards);
  }
  HduOutput out(sink, structure_of(table, fields, row_size, name), cards);
  if (row_size > 0) {
    // Pieces of whole rows, a multiple of four of them so that checksum words stay aligned.
    const std::size_t piece = std::max<std::size_t>((std::size_t{1} << 20) / row_size, 1) * 4;
    std::vector<std::uint8_t> rows;
    for (std::size_t begin = 0; begin < table.rows(); begin += piece) {
      const std::size_t end = std::min(table.rows(), begin + piece);
      rows.assign((end - begin) * row_size, 0);
      for (std::size_t c = 0; c < fields.size(); ++c)
        fill(table.columns()[c], fields[c], row_size, begin, end, rows.data());
      // Only the last piece may end within a word; its padding is zero, as that of the block.
      rows.resize((rows.size() + 3) / 4 * 4, 0);
      out.append(rows.data(), rows.size());
    }
  }
  out.finish();
}

}  // namespace skywright::io::detail
