#include "skywright/alerts/filter.h"

#include "skywright/alerts/detail/filter_program.h"

namespace skywright::alerts {

void check_filter_syntax(std::string_view text) { (void)detail::parse_filter(text); }

AlertFilter::AlertFilter(std::string_view text, const AvroSchema& schema) {
  auto program = std::make_unique<detail::FilterProgram>(schema.root());
  detail::compile_filter(text, detail::parse_filter(text), schema.root(), *program);
  program_ = std::move(program);
}
AlertFilter::~AlertFilter() = default;
AlertFilter::AlertFilter(AlertFilter&&) noexcept = default;
AlertFilter& AlertFilter::operator=(AlertFilter&&) noexcept = default;

AlertFilter::Judged AlertFilter::judge(std::string_view bytes, Memory& memory) const {
  const std::size_t size = program_->reader.read(bytes, memory.fields);
  const FieldValue verdict = detail::run_filter(*program_, memory.fields, memory.stack);
  return {verdict.kind == FieldValue::Kind::truth && verdict.whole != 0, size};
}

}  // namespace skywright::alerts
