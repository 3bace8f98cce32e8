#include "skywright/alerts/record_encoder.h"

#include <cmath>
#include <optional>

#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

using table::Flags;
using table::Values;

std::optional<double> real_at(const Values& values, std::size_t row) {
  if (const auto* v = std::get_if<std::vector<double>>(&values)) return (*v)[row];
  if (const auto* v = std::get_if<std::vector<float>>(&values)) return (*v)[row];
  return {};
}

std::optional<std::int64_t> whole_at(const Values& values, std::size_t row) {
  if (const auto* v = std::get_if<std::vector<std::int64_t>>(&values)) return (*v)[row];
  if (const auto* v = std::get_if<std::vector<std::int32_t>>(&values)) return (*v)[row];
  if (const auto* v = std::get_if<Flags>(&values)) return v->values[row];
  return {};
}

bool is_real(const Values& values) {
  return std::holds_alternative<std::vector<double>>(values) ||
         std::holds_alternative<std::vector<float>>(values);
}

/// Whether a column can fill a field: wholes widen to reals, never the other way.
bool fits(const Values& values, AvroType type) {
  const bool text = std::holds_alternative<std::vector<std::string>>(values);
  switch (type) {
    case AvroType::string:
      return text;
    case AvroType::float32:
    case AvroType::float64:
      return !text;
    case AvroType::boolean:
    case AvroType::int32:
    case AvroType::int64:
      return !text && !is_real(values);
    default:
      return false;
  }
}

}  // namespace

RecordEncoder::RecordEncoder(const AvroNode& record, const table::Table& rows) {
  plans_.reserve(record.fields.size());
  for (const AvroField& field : record.fields) plans_.push_back(plan_for(record, field, rows));
}

RecordEncoder::Plan RecordEncoder::plan_for(const AvroNode& record, const AvroField& field,
                                            const table::Table& rows) {
  Plan plan;
  const AvroNode* type = field.type;
  if (type->type == AvroType::choice) {
    for (std::size_t i = 0; i < type->parts.size(); ++i) {
      if (type->parts[i]->type == AvroType::null)
        plan.null_branch = static_cast<int>(i);
      else if (plan.value_branch < 0)
        plan.value_branch = static_cast<int>(i);
    }
    if (plan.value_branch >= 0) type = type->parts[static_cast<std::size_t>(plan.value_branch)];
  }
  plan.type = type->type;
  plan.zero_is_null = field.name.ends_with("Id");
  plan.column = rows.find(field.name);
  if (plan.column == nullptr) {
    if (plan.null_branch < 0)
      throw InputError("column " + field.name, "missing from the rows of " + record.name,
                       "an alert cannot be made without it");
  } else if (!fits(plan.column->values, plan.type)) {
    throw InputError("column " + field.name, "is of another kind than " + record.name + " wants",
                     "check where the rows come from");
  }
  return plan;
}

void RecordEncoder::encode_field(const Plan& plan, std::size_t row, AvroEncoder& out) {
  const auto null_or_value = [&](bool null) {
    if (plan.null_branch >= 0) out.whole(null ? plan.null_branch : plan.value_branch);
    return plan.null_branch >= 0 && null;
  };
  if (plan.column == nullptr) {
    null_or_value(true);
    return;
  }
  const Values& values = plan.column->values;
  switch (plan.type) {
    case AvroType::string: {
      const std::string& text = std::get<std::vector<std::string>>(values)[row];
      if (!null_or_value(text.empty())) out.text(text);
      return;
    }
    case AvroType::float32:
    case AvroType::float64: {
      const double value =
          is_real(values) ? *real_at(values, row) : static_cast<double>(*whole_at(values, row));
      if (null_or_value(std::isnan(value))) return;
      if (plan.type == AvroType::float32)
        out.float32(static_cast<float>(value));
      else
        out.float64(value);
      return;
    }
    default: {
      const std::int64_t value = *whole_at(values, row);
      if (null_or_value(plan.zero_is_null && value == 0)) return;
      if (plan.type == AvroType::boolean)
        out.boolean(value != 0);
      else
        out.whole(value);
      return;
    }
  }
}

void RecordEncoder::encode(std::size_t row, AvroEncoder& out) const {
  for (const Plan& plan : plans_) encode_field(plan, row, out);
}

}  // namespace skywright::alerts
