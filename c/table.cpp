#include "guard.h"
#include "skywright/io/table_files.h"

namespace {

using skywright::table::Column;
using skywright::table::Flags;

const Column* column_of(const sw_table* table, int64_t column) {
  if (table == nullptr || column < 0) return nullptr;
  const auto& columns = table->table.columns();
  const auto index = static_cast<std::size_t>(column);
  return index < columns.size() ? &columns[index] : nullptr;
}

struct Data {
  template <class T>
  const void* operator()(const std::vector<T>& values) const {
    return values.data();
  }
  const void* operator()(const Flags& flags) const { return flags.values.data(); }
  const void* operator()(const std::vector<std::string>&) const { return nullptr; }
};

}  // namespace

extern "C" {

int64_t sw_table_rows(const sw_table* table) {
  return table == nullptr ? 0 : static_cast<int64_t>(table->table.rows());
}

int64_t sw_table_columns(const sw_table* table) {
  return table == nullptr ? 0 : static_cast<int64_t>(table->table.columns().size());
}

int64_t sw_table_find(const sw_table* table, const char* name) {
  if (name == nullptr) return -1;
  for (int64_t i = 0; i < sw_table_columns(table); ++i)
    if (column_of(table, i)->name == name) return i;
  return -1;
}

const char* sw_table_name(const sw_table* table, int64_t column) {
  const Column* found = column_of(table, column);
  return found == nullptr ? nullptr : found->name.c_str();
}

const char* sw_table_unit(const sw_table* table, int64_t column) {
  const Column* found = column_of(table, column);
  return found == nullptr ? nullptr : found->unit.c_str();
}

// The order of table::Values is that of SW_FLOAT64 and what follows.
int32_t sw_table_type(const sw_table* table, int64_t column) {
  const Column* found = column_of(table, column);
  return found == nullptr ? -1 : static_cast<int32_t>(found->values.index());
}

const void* sw_table_data(const sw_table* table, int64_t column) {
  const Column* found = column_of(table, column);
  return found == nullptr ? nullptr : std::visit(Data{}, found->values);
}

const char* sw_table_text(const sw_table* table, int64_t column, int64_t row) {
  const Column* found = column_of(table, column);
  if (found == nullptr || row < 0) return nullptr;
  const auto* texts = std::get_if<std::vector<std::string>>(&found->values);
  const auto index = static_cast<std::size_t>(row);
  return texts == nullptr || index >= texts->size() ? nullptr : (*texts)[index].c_str();
}

sw_status sw_table_read(const char* path, sw_table** table) {
  return skywright::c::guarded([&] {
    skywright::c::require(path, "path");
    skywright::c::require(table, "table");
    *table = nullptr;
    *table = new sw_table{skywright::io::read_table(path)};
    return SW_OK;
  });
}

sw_status sw_table_write(const sw_table* table, const char* path) {
  return skywright::c::guarded([&] {
    skywright::c::require(table, "table");
    skywright::c::require(path, "path");
    skywright::io::write_table(path, table->table);
    return SW_OK;
  });
}

void sw_table_free(sw_table* table) { delete table; }
}
