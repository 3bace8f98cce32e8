#include "skywright/table/table.h"

#include <algorithm>

#include "skywright/base/error.h"

namespace skywright::table {
namespace {

const Column& required(const Table& table, std::string_view name) {
  const Column* column = table.find(name);
  if (column != nullptr) return *column;
  std::string have;
  for (const Column& c : table.columns()) have += (have.empty() ? "" : " ") + c.name;
  throw InputError("column " + std::string(name), "not in the table", "its columns are: " + have);
}

[[noreturn]] void refuse_type(std::string_view name) {
  throw InputError("column " + std::string(name), "holds another type than is needed here",
                   "check that the file is of the kind that this command reads");
}

template <class T>
const std::vector<T>& typed(const Table& table, std::string_view name) {
  const auto* values = std::get_if<std::vector<T>>(&required(table, name).values);
  if (values == nullptr) refuse_type(name);
  return *values;
}

/// Calls `f` with the plain vector behind a column.
template <class F>
decltype(auto) visit_plain(F&& f, const Values& values) {
  return std::visit(
      [&](const auto& v) -> decltype(auto) {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, Flags>)
          return f(v.values);
        else
          return f(v);
      },
      values);
}

}  // namespace

std::size_t Column::size() const {
  return visit_plain([](const auto& v) { return v.size(); }, values);
}

void Table::add(std::string_view name, std::string_view unit, std::string_view description,
                Values values) {
  Column column{std::string(name), std::string(unit), std::string(description), std::move(values)};
  if (contains(name))
    throw InputError("column " + column.name, "given twice", "rename one of them");
  if (!columns_.empty() && column.size() != rows()) {
    throw InputError("column " + column.name,
                     "has " + std::to_string(column.size()) + " rows where the table has " +
                         std::to_string(rows()),
                     "columns of one table have one length");
  }
  columns_.push_back(std::move(column));
}

const Column* Table::find(std::string_view name) const {
  const auto it = std::find_if(columns_.begin(), columns_.end(),
                               [&](const Column& c) { return c.name == name; });
  return it == columns_.end() ? nullptr : &*it;
}

template <class T>
std::span<const T> Table::column(std::string_view name) const {
  return typed<T>(*this, name);
}
template <class T>
std::span<T> Table::column(std::string_view name) {
  return const_cast<std::vector<T>&>(typed<T>(*this, name));  // this table is not const here
}
template std::span<const double> Table::column(std::string_view) const;
template std::span<const float> Table::column(std::string_view) const;
template std::span<const std::int64_t> Table::column(std::string_view) const;
template std::span<const std::int32_t> Table::column(std::string_view) const;
template std::span<const std::string> Table::column(std::string_view) const;
template std::span<double> Table::column(std::string_view);
template std::span<float> Table::column(std::string_view);
template std::span<std::int64_t> Table::column(std::string_view);
template std::span<std::int32_t> Table::column(std::string_view);
template std::span<std::string> Table::column(std::string_view);

std::span<const std::uint8_t> Table::flags(std::string_view name) const {
  const auto* values = std::get_if<Flags>(&required(*this, name).values);
  if (values == nullptr) refuse_type(name);
  return values->values;
}

std::vector<double> Table::numbers(std::string_view name) const {
  return visit_plain(
      [&](const auto& v) -> std::vector<double> {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::vector<std::string>>) {
          refuse_type(name);
        } else {
          std::vector<double> out(v.size());
          std::transform(v.begin(), v.end(), out.begin(),
                         [](auto x) { return static_cast<double>(x); });
          return out;
        }
      },
      required(*this, name).values);
}

std::vector<std::int64_t> Table::wholes(std::string_view name) const {
  return visit_plain(
      [&](const auto& v) -> std::vector<std::int64_t> {
        using Element = typename std::decay_t<decltype(v)>::value_type;
        if constexpr (std::is_integral_v<Element>) {
          return {v.begin(), v.end()};
        } else {
          refuse_type(name);
        }
      },
      required(*this, name).values);
}

Table Table::selected(std::span<const std::size_t> rows) const {
  Table out;
  out.metadata = metadata;
  for (const Column& column : columns_) {
    Values values = visit_plain(
        [&](const auto& v) -> Values {
          std::decay_t<decltype(v)> picked;
          picked.reserve(rows.size());
          for (const std::size_t r : rows) picked.push_back(v[r]);
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::vector<std::uint8_t>>)
            return Flags{std::move(picked)};
          else
            return picked;
        },
        column.values);
    out.add(column.name, column.unit, column.description, std::move(values));
  }
  return out;
}

void Table::append(const Table& other) {
  if (columns_.empty()) {
    columns_ = other.columns_;
    return;
  }
  if (columns_.size() != other.columns_.size())
    throw InputError("tables to join", "differ in their columns", "join tables of one kind");
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    Column& mine = columns_[c];
    const Column& theirs = other.columns_[c];
    if (mine.name != theirs.name || mine.values.index() != theirs.values.index())
      throw InputError("tables to join", "differ at column " + mine.name,
                       "join tables of one kind");
    std::visit(
        [&](auto& v) {
          const auto& w = std::get<std::decay_t<decltype(v)>>(theirs.values);
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, Flags>)
            v.values.insert(v.values.end(), w.values.begin(), w.values.end());
          else
            v.insert(v.end(), w.begin(), w.end());
        },
        mine.values);
  }
}

}  // namespace skywright::table
