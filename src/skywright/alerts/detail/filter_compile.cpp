#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "skywright/alerts/detail/filter_calls.h"
#include "skywright/alerts/detail/filter_program.h"
#include "skywright/alerts/detail/filter_region.h"
#include "skywright/alerts/detail/known_fields.h"
#include "skywright/alerts/filter.h"

namespace skywright::alerts::detail {
namespace {

using Kind = Expression::Kind;
using Code = FilterProgram::Code;

bool is_array(const std::vector<const AvroNode*>& types) {
  return types.size() == 1 && types[0]->type == AvroType::array;
}

class Compiler {
 public:
  Compiler(std::string_view text, const AvroNode& root, FilterProgram& program)
      : text_(text), root_(root), program_(program) {}

  void whole(const Expression& tree) {
    need(tree, expression(tree), Type::truth, "a filter must be true or false",
         "compare it with something");
    program_.reader.prepare();
  }

 private:
  [[noreturn]] void refuse(const Expression& at, const std::string& reason,
                           const std::string& remedy) const {
    refuse_filter(text_, at.span, reason, remedy);
  }
  void need(const Expression& at, Type given, Type wanted, const std::string& reason,
            const std::string& remedy) const {
    if (given != wanted && given != Type::null)
      refuse(at, reason + ", and this is " + name_of(given), remedy);
    if (given == Type::null && at.kind == Kind::null)
      refuse(at, "null stands where a value is due", "ask by `is null` or `is not null`");
  }

  int add(FilterProgram::Instruction instruction) {
    program_.code.push_back(instruction);
    return here() - 1;
  }
  [[nodiscard]] int here() const { return static_cast<int>(program_.code.size()); }
  Type constant(const FieldValue& value, Type type) {
    program_.constants.push_back(value);
    add({.code = Code::constant, .a = static_cast<int>(program_.constants.size()) - 1});
    return type;
  }

  Type expression(const Expression& e) {
    switch (e.kind) {
      case Kind::whole:
        return constant(FieldValue::of_whole(e.whole), Type::number);
      case Kind::real:
        return constant(FieldValue::of_real(e.real), Type::number);
      case Kind::truth:
        return constant(FieldValue::of_truth(e.whole != 0), Type::truth);
      case Kind::text:
        program_.texts.push_back(e.word);
        return constant(FieldValue::of_text(program_.texts.back()), Type::text);
      case Kind::null:
        return constant({}, Type::null);
      case Kind::field:
        return field(e);
      case Kind::call:
        return call(e);
      case Kind::negate:
        need(e.parts[0], expression(e.parts[0]), Type::number, "a sign stands before a number",
             "write `not` before a truth");
        add({.code = Code::negate});
        return Type::number;
      case Kind::add:
      case Kind::subtract:
      case Kind::multiply:
      case Kind::divide:
      case Kind::power:
        for (const Expression& part : e.parts)
          need(part, expression(part), Type::number, "arithmetic is for numbers",
               "compare texts by =, truths by `and`, `or` and `not`");
        add({.code = Code::arithmetic, .kind = e.kind});
        return Type::number;
      case Kind::equal:
      case Kind::unequal:
      case Kind::less:
      case Kind::less_equal:
      case Kind::greater:
      case Kind::greater_equal:
        return comparison(e);
      case Kind::member: {
        const Type type = value_type(e.parts[0]);
        for (std::size_t i = 1; i < e.parts.size(); ++i)
          need(e.parts[i], expression(e.parts[i]), type,
               std::string("the list is to hold what stands before `in`, ") + name_of(type),
               "put texts in quotes");
        add({.code = Code::member, .a = static_cast<int>(e.parts.size())});
        return Type::truth;
      }
      case Kind::is_null:
        asks_for_null_ = e.parts[0].kind == Kind::field;
        (void)expression(e.parts[0]);
        asks_for_null_ = false;
        add({.code = Code::is_null});
        return Type::truth;
      case Kind::not_:
        need(e.parts[0], expression(e.parts[0]), Type::truth, "`not` stands before a truth",
             "compare it with something");
        add({.code = Code::not_});
        return Type::truth;
      case Kind::and_:
      case Kind::or_:
        return join(e);
    }
    return Type::null;
  }

  /// Of what is compared: no group of values, no null.
  Type value_type(const Expression& e) {
    const Type type = expression(e);
    if (type == Type::thing)
      refuse(e, "this is a group of values and no single one",
             "name one of its parts, or ask whether it `is null`");
    need(e, type, type, "", "");
    return type;
  }

  Type comparison(const Expression& e) {
    const Type left = value_type(e.parts[0]);
    const Type right = value_type(e.parts[1]);
    if (left != right && left != Type::null && right != Type::null)
      refuse(e, std::string("it compares ") + name_of(left) + " with " + name_of(right),
             left == Type::text || right == Type::text ? "put texts in quotes, and only texts"
                                                       : "a truth needs no comparison");
    if (left == Type::truth && e.kind != Kind::equal && e.kind != Kind::unequal)
      refuse(e, "truths have no order", "compare them by = or !=");
    add({.code = Code::compare, .kind = e.kind});
    return Type::truth;
  }

  Type join(const Expression& e) {
    std::vector<int> ends;
    for (std::size_t i = 0; i < e.parts.size(); ++i) {
      if (i > 0) ends.push_back(add({.code = Code::skip_if, .kind = e.kind}));
      need(e.parts[i], expression(e.parts[i]), Type::truth,
           e.kind == Kind::and_ ? "`and` joins truths" : "`or` joins truths",
           "compare it with something");
      if (i > 0) add({.code = Code::join, .kind = e.kind});
    }
    for (const int end : ends) program_.code[static_cast<std::size_t>(end)].a = here();
    return Type::truth;
  }

  /// The one type of a field that may hold several kinds of numbers.
  Type single_type(const Expression& e, const std::vector<const AvroNode*>& types) const {
    std::optional<Type> type;
    for (const AvroNode* node : types) {
      const Type next = type_of(*node);
      if (type && type != next && asks_for_null_) return Type::thing;
      if (type && type != next)
        refuse(e, "the field " + e.word + " may be " + name_of(*type) + " or " + name_of(next),
               "such a field cannot be filtered by");
      type = next;
    }
    return type.value_or(Type::null);
  }

  Type field(const Expression& e) {
    std::string path = e.word;
    if (item_ != nullptr) {
      const auto types = types_at(*item_, path);
      if (!types.empty()) {
        const Type type = single_type(e, types);
        add({.code = Code::column, .a = program_.reader.want_item(array_, path)});
        return type;
      }
    }
    constexpr std::string_view kPacket = "packet.";
    if (path.starts_with(kPacket)) path.erase(0, kPacket.size());
    const auto types = types_at(root_, path);
    if (types.empty()) {
      // A path through an array asks for a function.
      if (const auto [array, rest] = array_of(path); !array.empty() && !rest.empty())
        refuse(e, array + " holds many " + rest,
               "say which: max(" + path + "), any(" + array + ", ...)");
      refuse(e, "unknown field " + e.word, remedy_for_field(path, root_, item_));
    }
    const Type type = single_type(e, types);
    add({.code = Code::value, .a = program_.reader.want(path)});
    return type;
  }

  /// A path cut behind its first array; empty where none is on the way.
  [[nodiscard]] std::pair<std::string, std::string> array_of(const std::string& path) const {
    std::size_t dot = 0;
    while (dot != std::string::npos) {
      dot = path.find('.', dot + 1);
      const std::string head = path.substr(0, dot);
      if (is_array(types_at(root_, head)))
        return {head, dot == std::string::npos ? std::string() : path.substr(dot + 1)};
    }
    return {};
  }

  Type call(const Expression& e) {
    for (const auto& [name, aggregate] : kAggregates)
      if (e.word == name) return loop(e, aggregate);
    for (const std::string_view region : kRegions)
      if (e.word == region) {
        need_place(e);
        add(compile_region(text_, e, program_));
        return Type::truth;
      }
    for (const KnownFunction& known : kFunctions)
      if (e.word == known.name) return function(e, known);
    refuse_unknown_call(text_, e);
  }

  Type function(const Expression& e, const KnownFunction& known) {
    need_arguments(text_, e, known.fewest, known.most,
                   e.word + " with " + std::to_string(known.fewest) +
                       (known.most == known.fewest ? "" : " or more") + " arguments");
    Type gives = known.gives;
    for (const Expression& part : e.parts) {
      const Type type = value_type(part);
      if (known.takes != Type::null)
        need(part, type, known.takes, e.word + " is of " + std::string(name_of(known.takes)),
             "give it one");
      else if (gives != Type::null && type != Type::null && type != gives)
        refuse(part, "what " + e.word + " chooses from is to be of one type",
               "give it values of one type");
      else if (gives == Type::null)
        gives = type;
    }
    add({.code = Code::function,
         .a = static_cast<int>(e.parts.size()),
         .b = static_cast<int>(known.function)});
    return gives;
  }

  Type loop(const Expression& e, Aggregate what) {
    const bool truths = what == Aggregate::any || what == Aggregate::all;
    const bool counts = what == Aggregate::count;
    const std::string form =
        truths   ? e.word + "(ARRAY, CONDITION)"
        : counts ? "count(ARRAY), or count(ARRAY, CONDITION)"
                 : e.word + "(ARRAY, VALUE) or " + e.word + "(ARRAY, VALUE, CONDITION)";
    if (item_ != nullptr)
      refuse(e, "a function of an array stands within another", "take them apart");
    if (e.parts.empty() || e.parts[0].kind != Kind::field)
      refuse(e, e.word + " is of an array", "write " + form);
    std::string path = e.parts[0].word;
    if (path.starts_with("packet.")) path.erase(0, 7);
    const auto [array, rest] = array_of(path);
    if (array.empty()) {
      if (types_at(root_, path).empty())
        refuse(e.parts[0], "unknown field " + path, remedy_for_field(path, root_, nullptr));
      refuse(e.parts[0], path + " is no array",
             what == Aggregate::min || what == Aggregate::max
                 ? "least and greatest choose among values"
                 : "write " + form);
    }
    need_arguments(text_, e, rest.empty() && !counts ? 2 : 1,
                   truths || counts || !rest.empty() ? 2 : 3, form);
    FilterProgram::Loop made{.what = what, .array = program_.reader.want_array(array)};
    array_ = made.array;
    item_ = types_at(root_, array)[0]->parts[0];
    const int instruction = add({.code = Code::aggregate});
    Type type = Type::truth;
    // any and all judge a condition; the others a value, where a condition holds.
    std::size_t condition = truths ? e.parts.size() : 1;
    if (!rest.empty()) {
      Expression item{.kind = Kind::field, .span = e.parts[0].span, .word = rest};
      type = body(item, made.value);
      if (truths) need(e.parts[0], type, Type::truth, e.word + " is of truths", "write " + form);
      need_arguments(text_, e, 1, truths ? 1 : 2, form);
    } else if (!counts) {
      type = body(e.parts[1], made.value);
      if (truths)
        need(e.parts[1], type, Type::truth, e.word + " is of truths", "compare it with something");
      condition = 2;
    }
    if (!truths && e.parts.size() > condition)
      need(e.parts[condition], body(e.parts[condition], made.condition), Type::truth,
           "a condition is true or false", "compare it with something");
    item_ = nullptr;
    if (type == Type::thing && !counts)
      refuse(e, "this is a group of values and no single one", "name one of its parts");
    const bool any_type = truths || counts || what == Aggregate::first || what == Aggregate::last;
    if (!any_type) need(e, type, Type::number, e.word + " is of numbers", "write " + form);
    program_.loops.push_back(made);
    program_.code[static_cast<std::size_t>(instruction)].a =
        static_cast<int>(program_.loops.size()) - 1;
    program_.code[static_cast<std::size_t>(instruction)].b = here();
    return counts ? Type::number : truths ? Type::truth : type;
  }

  Type body(const Expression& e, FilterProgram::Range& range) {
    range.begin = here();
    const Type type = expression(e);
    range.end = here();
    return type;
  }

  void need_place(const Expression& e) {
    for (const std::string record : {"diaSource", "candidate"}) {
      if (types_at(root_, record + ".ra").empty() || types_at(root_, record + ".dec").empty())
        continue;
      program_.ra = program_.reader.want(record + ".ra");
      program_.dec = program_.reader.want(record + ".dec");
      return;
    }
    refuse(e, "these packets name no place (diaSource.ra and dec)",
           "write separation(RA, DEC, RA, DEC) < DEGREES with fields of theirs");
  }
  std::string_view text_;
  const AvroNode& root_;
  FilterProgram& program_;
  const AvroNode* item_ = nullptr;  ///< the record of the array that is looped over
  int array_ = -1;
  bool asks_for_null_ = false;  ///< of a field alone, which may then be anything
};

}  // namespace

void compile_filter(std::string_view text, const Expression& tree, const AvroNode& root,
                    FilterProgram& program) {
  Compiler(text, root, program).whole(tree);
}

}  // namespace skywright::alerts::detail
