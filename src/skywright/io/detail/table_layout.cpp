#include "skywright/io/detail/table_layout.h"

#include <charconv>

#include <fmt/format.h>

namespace skywright::io::detail {
namespace {

/// Reads digits from the front of `text`; false where there is none or the number is absurd.
bool take_number(std::string_view& text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0 || number > (std::int64_t{1} << 48)) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool binary_field(std::string_view form, ColumnLayout& column) {
  while (form.starts_with(' ')) form.remove_prefix(1);
  if (form.empty()) return false;
  column.repeat = 1;
  if (form[0] >= '0' && form[0] <= '9' && !take_number(form, column.repeat)) return false;
  if (form.empty()) return false;
  column.type = form[0];
  if (column.type == 'P' || column.type == 'Q') {
    if (form.size() < 2 || element_size(form[1]) == 0 || column.repeat > 1) return false;
    column.element = form[1];
    column.width = column.repeat * (column.type == 'P' ? 8 : 16);
  } else if (column.type == 'X') {
    column.width = (column.repeat + 7) / 8;
  } else {
    const int size = element_size(column.type);
    if (size == 0) return false;
    column.width = column.repeat * size;
  }
  return true;
}

bool ascii_field(std::string_view form, ColumnLayout& column) {
  while (form.starts_with(' ')) form.remove_prefix(1);
  if (form.empty()) return false;
  column.type = form[0];
  if (std::string_view("AIFED").find(column.type) == std::string_view::npos) return false;
  form.remove_prefix(1);
  if (form.empty() || !take_number(form, column.repeat) || column.repeat == 0) return false;
  column.width = column.repeat;
  if (form.starts_with('.')) {
    form.remove_prefix(1);
    if (!form.empty() && form[0] != ' ' && !take_number(form, column.decimals)) return false;
  }
  return true;
}

}  // namespace

int element_size(char type) {
  switch (type) {
    case 'L':
    case 'X':
    case 'B':
    case 'A':
      return 1;
    case 'I':
      return 2;
    case 'J':
    case 'E':
      return 4;
    case 'K':
    case 'D':
    case 'C':
      return 8;
    case 'M':
      return 16;
    default:
      return 0;
  }
}

std::vector<ColumnLayout> column_layouts(const HduLayout& table, int fields, std::string& fault) {
  std::vector<ColumnLayout> columns;
  std::int64_t offset = 0;
  const bool ascii = table.type == HduType::ascii_table;
  for (int i = 1; i <= fields; ++i) {
    ColumnLayout column;
    const auto form = table.header.text(fmt::format("TFORM{}", i));
    if (!form || !(ascii ? ascii_field(*form, column) : binary_field(*form, column))) {
      fault =
          fmt::format("has TFORM{} missing or not a field of a table: '{}'", i, form.value_or(""));
      return {};
    }
    column.name = table.header.text(fmt::format("TTYPE{}", i)).value_or("");
    if (column.name.empty()) column.name = fmt::format("col{}", i);
    if (ascii) {
      const auto start = table.header.whole(fmt::format("TBCOL{}", i));
      if (!start || *start < 1 || *start > table.row_size) {
        fault = fmt::format("has TBCOL{} missing or outside the row", i);
        return {};
      }
      offset = *start - 1;
    }
    column.offset = offset;
    offset += column.width;
    if (offset > table.row_size) {
      fault = fmt::format("has a field (TFORM{}='{}') that ends behind its row of {} bytes", i,
                          *form, table.row_size);
      return {};
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace skywright::io::detail
