#include "skywright/alerts/filter.h"

#include <array>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "skywright/alerts/avro_binary.h"
#include "skywright/alerts/avro_container.h"

namespace skywright::alerts {
namespace {

// A small schema with one of everything; ours and ZTF's are met in tests/integration.
constexpr std::string_view kSchema = R"({"type": "record", "name": "alert", "fields": [
  {"name": "pad", "type": {"type": "fixed", "name": "pad4", "size": 4}},
  {"name": "diaSource", "type": {"type": "record", "name": "source", "fields": [
    {"name": "id", "type": "long"}, {"name": "ra", "type": "double"},
    {"name": "dec", "type": "double"}, {"name": "snr", "type": ["null", "float"]},
    {"name": "flux", "type": ["float", "null"]}, {"name": "band", "type": ["null", "string"]},
    {"name": "isNegative", "type": "boolean"},
    {"name": "kind", "type": {"type": "enum", "name": "kinds", "symbols": ["star", "dipole"]}}]}},
  {"name": "history", "type": ["null", {"type": "array", "items": "source"}]},
  {"name": "mixed", "type": ["null", "int", "double", "string"]},
  {"name": "number", "type": ["null", "int", "double"]},
  {"name": "notes", "type": {"type": "map", "values": "int"}},
  {"name": "stamp", "type": ["null", "bytes"]}]})";

struct Source {
  std::int64_t id = 1;
  double snr = 8.0;  ///< NaN: null
  float flux = 100.0F;
  std::string band = "r";  ///< empty: null
  bool negative = false;
};

void put(AvroEncoder& out, const Source& s) {
  out.whole(s.id);
  out.float64(150.0);
  out.float64(2.0);
  out.whole(s.snr == s.snr ? 1 : 0);
  if (s.snr == s.snr) out.float32(static_cast<float>(s.snr));
  out.whole(0);
  out.float32(s.flux);
  out.whole(s.band.empty() ? 0 : 1);
  if (!s.band.empty()) out.text(s.band);
  out.boolean(s.negative);
  out.whole(1);
}

std::string packet(const Source& s, const std::vector<Source>& history = {}, bool stamp = false) {
  std::string bytes("abcd");
  AvroEncoder out(bytes);
  put(out, s);
  out.whole(history.empty() ? 0 : 1);
  if (!history.empty()) {
    // In two blocks, the second with its size.
    out.whole(1);
    put(out, history[0]);
    if (history.size() > 1) {
      std::string rest;
      AvroEncoder items(rest);
      for (std::size_t i = 1; i < history.size(); ++i) put(items, history[i]);
      out.whole(-static_cast<std::int64_t>(history.size() - 1));
      out.whole(static_cast<std::int64_t>(rest.size()));
      bytes += rest;
    }
    out.whole(0);
  }
  out.whole(0);
  out.whole(1);
  out.whole(7);
  out.whole(1);
  out.text("seeing");
  out.whole(3);
  out.whole(0);
  out.whole(stamp ? 1 : 0);
  if (stamp) out.text("FITS");
  return bytes;
}

const AvroSchema& schema() {
  static const AvroSchema made(kSchema);
  return made;
}

bool keeps(std::string_view text, const std::string& bytes) {
  AlertFilter::Memory memory;
  const auto judged = AlertFilter(text, schema()).judge(bytes, memory);
  EXPECT_EQ(judged.size, bytes.size()) << text;
  return judged.keep;
}

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

TEST(AlertFilter, SaysOfEachExpressionWhatTheGuideSays) {
  const std::string one = packet({}, {{2, 3.0, 50.0F, "g"}, {3, kNone, 70.0F, ""}, {4, 9.0}}, true);
  for (const char* text :
       {"diaSource.snr > 7 and diaSource.snr < 9",
        "5 < diaSource.snr <= 8",
        "not 1 > 2",
        "diaSource.snr = 8 or false",
        "diaSource.band = 'r'",
        "diaSource.band in ('g', \"r\")",
        "diaSource.id in (5, 1)",
        "diaSource.band not in ('g')",
        "diaSource.kind == 'dipole'",
        "2 + 3 * 4 ** 2 / 8 - -1 = 9",
        "-2 ** 2 = -4",
        "(2 + 3) * 4 = 20",
        "1 <> 2",
        "number = 7",
        "stamp is not null",
        "mixed is null",
        "history is not null",
        "abs(-3) = 3 and abs(-3.5) = 3.5",
        "log10(1000) = 3",
        "mag(1) = 31.4",
        "abs(mag(3631e9)) < 0.001",
        "abs(flux(mag(42)) - 42) < 1e-9",
        "least(3, 1.5, 2) = 1.5",
        "greatest(3, 1.5, 2) = 3",
        "coalesce(number, diaSource.snr) = 7",
        "startswith(diaSource.band, 'r') and contains('abc', 'b') and endswith('abc', 'bc')",
        "cone(150.0, 2.1, 0.11)",
        "not cone(150.0, 2.1, 0.09)",
        "cone(-210, 2, 0.1)",
        "polygon(149, 1, 151, 1, 151, 3, 149, 3)",
        "not polygon(151, 1, 152, 1, 152, 3)",
        "healpix(0, 1, 6)",
        "not healpix(0, 0)",
        "abs(separation(diaSource.ra, diaSource.dec, 150, 3) - 1) < 1e-9",
        "count(history) = 3",
        "count(history, band = 'g') = 1",
        "count(history.snr) = 2",
        "max(history.snr) = 9 and min(history, snr) = 3",
        "mean(history, flux) > 73",
        "sum(history.flux) = 220",
        "median(history.flux) = 70",
        "std(history.snr) > 4.2",
        "first(history.id) = 2 and last(history, id, flux < 80) = 3",
        "any(history, snr > packet.diaSource.snr)",
        "not all(history, flux > 60)",
        "any(history, isNegative) = false",
        "not any(history.isNegative)",
        "count(history, band is null) = 1",
        "# a note\n count(history) > 0 # and another"})
    EXPECT_TRUE(keeps(text, one)) << text;
}

TEST(AlertFilter, TakesNullForUnknown) {
  const std::string dim = packet({.snr = kNone, .band = ""});
  for (const char* text :
       {"diaSource.snr > 5", "not diaSource.snr > 5", "diaSource.snr = diaSource.snr",
        "diaSource.snr > 5 and true", "diaSource.snr > 5 or false", "diaSource.band in ('r')",
        "diaSource.band not in ('r')", "diaSource.snr * 0 = 0", "1 in (2, diaSource.snr)",
        "max(history.snr) > 0", "any(history, snr > 0)", "log10(-1) < 0", "1 / 0 > 0",
        "not 1 / 0 > 0", "sqrt(-1) is not null", "stamp is not null"})
    EXPECT_FALSE(keeps(text, dim)) << text;
  for (const char* text :
       {"diaSource.snr is null", "diaSource.snr > 5 or true", "not (diaSource.snr > 5 and false)",
        "1 in (1, diaSource.snr)", "coalesce(diaSource.snr, 3) = 3", "count(history) = 0",
        "all(history, snr > 0)", "max(history.snr) is null", "history is null",
        "sum(history.snr) = 0", "(1 / 0) is null"})
    EXPECT_TRUE(keeps(text, dim)) << text;
  // An item whose condition is unknown is none that meets it.
  const std::string one = packet({}, {{2, kNone}});
  EXPECT_TRUE(
      keeps("count(history, snr > 5) = 0 and not (any(history, snr > 5) is not null)", one));
}

TEST(AlertFilter, ComparesIdsBeyondTheReachOfADouble) {
  const std::int64_t id = (std::int64_t{1} << 62) + 1;
  const std::string one = packet({.id = id});
  EXPECT_TRUE(keeps("diaSource.id = 4611686018427387905", one));
  EXPECT_FALSE(keeps("diaSource.id = 4611686018427387904", one));
  EXPECT_FALSE(keeps("diaSource.id in (4611686018427387904, 1)", one));
  EXPECT_TRUE(keeps("diaSource.id > 4611686018427387904.0", one));
  EXPECT_TRUE(keeps("diaSource.id - 4611686018427387904 = 1", one));
  EXPECT_TRUE(keeps("diaSource.id * 4 > 1e19", one));  // goes on as a real
}

TEST(AlertFilter, NamesThePlaceAndTheRemedyOfAFault) {
  const std::vector<std::array<std::string, 3>> faults = {
      {"diaSource.snrr > 5", "unknown field", "diaSource.snr?"},
      {"snr > 5", "unknown field", "diaSource.snr?"},
      {"true and\n diaSource.bnd = 'r'", "line 2, column 2", "diaSource.band?"},
      {"diaSource.band = r", "unknown field r", "quotes"},
      {"diaSource.band > 5", "compares a text with a number", "quotes"},
      {"diaSource.isNegative > false", "no order", "="},
      {"diaSource.snr", "must be true or false", "compare"},
      {"diaSource = 1", "group of values", "is null"},
      {"stamp = 'x'", "group of values", "is null"},
      {"diaSource.snr = null", "null stands", "is null"},
      {"history.snr > 5", "many snr", "max(history.snr)"},
      {"mixed > 5", "may be a number or a text", ""},
      {"notes.seeing > 5", "unknown field", ""},
      {"lgo10(5) > 1", "unknown function", "log10"},
      {"log10(5, 6) > 1", "other arguments", "1 arguments"},
      {"max(diaSource.snr) > 1", "no array", "greatest"},
      {"count(history, any(history, snr > 1)) > 1", "within another", ""},
      {"cone(diaSource.ra, 2, 1)", "plain numbers", "separation"},
      {"cone(1, 2)", "other arguments", "RADIUS"},
      {"cone(1, 99, 1)", "out of range", ""},
      {"polygon(0, 0, 1, 0, 2, 0)", "polygon", ""},
      {"healpix(30, 1)", "order", ""},
      {"healpix(1, 48)", "no pixel", "NESTED"},
      {"diaSource.snr >", "ends where a value is due", ""},
      {"diaSource.snr > 5)", "has ended", "and"},
      {"(diaSource.snr > 5", "not closed", ")"},
      {"diaSource.band = 'r", "does not end", "'"},
      {"a && b", "no meaning", "and"},
      {"5x > 1", "runs into", ""},
      {"1e999 > 1", "out of range", ""},
      {"", "ends where a value is due", ""}};
  for (const auto& [text, reason, remedy] : faults) {
    try {
      const AlertFilter filter(text, schema());
      ADD_FAILURE() << text << " is taken";
    } catch (const FilterError& error) {
      const std::string what = error.what();
      EXPECT_NE(what.find(reason), std::string::npos) << text << " -> " << what;
      EXPECT_NE(what.find(remedy), std::string::npos) << text << " -> " << what;
      EXPECT_NE(error.picture().find('^'), std::string::npos);
      EXPECT_EQ(error.code(), ExitCode::usage);
    }
  }
  try {
    const AlertFilter filter("true and diaSource.snrr > 5", schema());
  } catch (const FilterError& error) {
    EXPECT_EQ(error.picture(), "true and diaSource.snrr > 5\n         ^^^^^^^^^^^^^^");
  }
}

TEST(AlertFilter, RefusesWhatIsTooDeepOrTooLong) {
  const auto refused = [](const std::string& text) {
    EXPECT_THROW(AlertFilter(text, schema()), FilterError) << text.substr(0, 20);
  };
  refused(std::string(5000, '(') + "true" + std::string(5000, ')'));
  refused(std::string(5000, '-') + "1 > 0");
  std::string many = "1";
  for (int i = 0; i < 5000; ++i) many += "+1";
  refused(many + " > 0");
  std::string nots;
  for (int i = 0; i < 5000; ++i) nots += "not ";
  refused(nots + "true");
  refused("true or " + std::string(1 << 17, ' ') + "false");
  // Long and flat is fine.
  std::string list = "diaSource.id in (0";
  for (int i = 1; i < 5000; ++i) list += "," + std::to_string(i);
  EXPECT_TRUE(keeps(list + ")", packet({.id = 4999})));
}

TEST(AlertFilter, MeetsDamagedPacketsWithAMessage) {
  const AlertFilter filter("max(history.snr) > 5 and diaSource.band = 'r' and stamp is null",
                           schema());
  const std::string good = packet({}, {{2, 3.0}, {3, 4.0}}, true);
  AlertFilter::Memory memory;
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW((void)filter.judge(std::string_view(good).substr(0, size), memory), InputError);
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    for (int k = 0; k < 3; ++k) bad[random() % bad.size()] = static_cast<char>(random());
    try {
      EXPECT_LE(filter.judge(bad, memory).size, bad.size());
    } catch (const InputError&) {
      continue;
    }
  }
}

TEST(FieldReader, KnowsTheEndsOfHostileSchemas) {
  // Records within themselves, without end; records of records of nothing, 2^40 of them.
  const AvroSchema endless(
      R"({"type": "record", "name": "a", "fields": [{"name": "a", "type": "a"}]})");
  FieldReader reader(endless.root());
  reader.prepare();
  PacketFields fields;
  EXPECT_THROW((void)reader.read("xx", fields), InputError);
  std::string text = R"({"type": "record", "name": "r0", "fields": []})";
  for (int i = 1; i <= 40; ++i) {
    const std::string n = std::to_string(i), before = std::to_string(i - 1);
    text = R"({"type": "record", "name": "r)" + n + R"(", "fields": [{"name": "x", "type": )" +
           text + R"(}, {"name": "y", "type": "r)" + before + R"("}]})";
  }
  const AvroSchema wide(text);
  FieldReader other(wide.root());
  other.prepare();
  EXPECT_THROW((void)other.read("xx", fields), InputError);
  EXPECT_THROW((void)AvroDecoder("xx").value(wide.root()), InputError);
}

TEST(FieldReader, ReadsALinkedListOfRecords) {
  const AvroSchema list(R"({"type": "record", "name": "a", "fields": [{"name": "v", "type": "int"},
    {"name": "next", "type": ["null", "a"]}]})");
  FieldReader reader(list.root());
  const int second = reader.want("next.v");
  reader.prepare();
  std::string bytes;
  AvroEncoder out(bytes);
  for (int i = 0; i < 20; ++i) {
    out.whole(i);
    out.whole(i < 19 ? 1 : 0);
  }
  PacketFields fields;
  EXPECT_EQ(reader.read(bytes, fields), bytes.size());
  EXPECT_EQ(fields.values[static_cast<std::size_t>(second)].whole, 1);
}

}  // namespace
}  // namespace skywright::alerts
