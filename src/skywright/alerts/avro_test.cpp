#include <fstream>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

#include "skywright/alerts/avro_binary.h"
#include "skywright/alerts/avro_container.h"
#include "skywright/alerts/avro_schema.h"
#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/test_data.h"

namespace skywright::alerts {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(AvroBinary, WritesNumbersAsTheSpecificationShows) {
  // The table of "Binary encoding" in the Avro 1.11.1 specification.
  const std::pair<std::int64_t, std::string> cases[] = {{0, std::string(1, '\x00')},
                                                        {-1, "\x01"},
                                                        {1, "\x02"},
                                                        {-2, "\x03"},
                                                        {2, "\x04"},
                                                        {-64, "\x7f"},
                                                        {64, "\x80\x01"}};
  for (const auto& [value, bytes] : cases) {
    std::string out;
    AvroEncoder(out).whole(value);
    EXPECT_EQ(out, bytes) << value;
  }
  std::string text;
  AvroEncoder(text).text("foo");
  EXPECT_EQ(text, "\x06\x66\x6f\x6f");
}

TEST(AvroBinary, ReadsBackTheLargestAndSmallestNumbers) {
  for (const std::int64_t value :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
        std::int64_t{-1}, std::int64_t{1} << 62}) {
    std::string out;
    AvroEncoder(out).whole(value);
    EXPECT_EQ(AvroDecoder(out).whole(), value);
  }
}

TEST(AvroBinary, RefusesANumberLongerThan64Bits) {
  const std::string endless(11, '\xff');
  EXPECT_THROW((void)AvroDecoder(endless).whole(), InputError);
}

TEST(AvroBinary, RefusesALengthPastTheEnd) {
  std::string out;
  AvroEncoder(out).whole(1000);
  EXPECT_THROW((void)AvroDecoder(out).text(), InputError);
  std::string negative;
  AvroEncoder(negative).whole(-4);
  EXPECT_THROW((void)AvroDecoder(negative).text(), InputError);
}

TEST(AvroBinary, RefusesArraysThatClaimWithoutEnd) {
  const AvroSchema schema(R"({"type": "array", "items": "null"})");
  std::string out;
  AvroEncoder(out).whole(std::int64_t{1} << 40);
  EXPECT_THROW((void)AvroDecoder(out).value(schema.root()), InputError);
}

TEST(AvroSchemaTest, ResolvesNamesWithinTheirNamespace) {
  const AvroSchema schema(R"({"type": "record", "name": "a", "namespace": "n", "fields": [
      {"name": "b", "type": {"type": "record", "name": "b", "fields": [
          {"name": "next", "type": ["null", "a"]}]}},
      {"name": "c", "type": "n.b"}]})");
  EXPECT_EQ(schema.root().fields[1].type, schema.root().fields[0].type);
  EXPECT_EQ(schema.record("b").fields[0].type->parts[1], &schema.root());
}

TEST(AvroSchemaTest, RefusesWhatIsNoSchema) {
  for (const char* text : {"", "{", "42", "[]", "\"unknown\"", R"({"type": "record", "name": "a"})",
                           R"({"type": "array"})", R"({"name": "x"})",
                           R"({"type": "fixed", "name": "f", "size": -1})"})
    EXPECT_THROW(AvroSchema{text}, InputError) << text;
  const std::string deep = std::string(100000, '[') + "\"null\"" + std::string(100000, ']');
  EXPECT_THROW(AvroSchema{deep}, InputError);
}

TEST(AvroFileTest, ReadsRealAlertsOfZtf) {
  for (const char* name : {"ztf_1105522281015015000", "ztf_1127107111615015007",
                           "ztf_1127174604415015005", "ztf_1127561441415015002"}) {
    const auto path = SKYWRIGHT_TEST_DATA(std::string("alerts/") + name + ".avro");
    const AvroFile file(content_of(path), name);
    ASSERT_EQ(file.size(), 1u);
    const AvroValue alert = file.record(0);
    // The file's name holds the candidate's id.
    const AvroValue* id = alert.find("candidate.candid");
    ASSERT_NE(id, nullptr);
    EXPECT_EQ(std::get<std::int64_t>(id->datum), std::stoll(std::string(name).substr(4)));
    const AvroValue* stamp = alert.find("cutoutDifference.stampData");
    ASSERT_NE(stamp, nullptr);
    const auto& bytes = std::get<AvroValue::Bytes>(stamp->datum);
    ASSERT_GT(bytes.size(), 1000u);
    EXPECT_EQ(bytes[0], 0x1F);  // a gzipped FITS file
    EXPECT_EQ(bytes[1], 0x8B);
  }
}

TEST(AvroFileTest, SurvivesMutationsOfARealAlert) {
  const auto path = SKYWRIGHT_TEST_DATA("alerts/ztf_1127174604415015005.avro");
  const std::string good = content_of(path);
  auto random = RandomStream::for_unit(11, {0}, "mutation");
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bad = good;
    if (i % 4 == 0)
      bad.resize(static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bad.size()))));
    for (int k = 0; k < 4 && !bad.empty(); ++k)
      bad[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bad.size())))] =
          static_cast<char>(random.below(256));
    try {
      const AvroFile file(bad, "mutated");
      for (std::size_t r = 0; r < file.size(); ++r) (void)file.record(r).json();
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);  // at least each cut one
}

TEST(AvroContainer, GivesTheSameBytesForTheSameKeyAndNoOthers) {
  const auto made = [](std::string_view key, AvroCodec codec) {
    std::string file;
    AvroContainerWriter writer([&](std::string_view part) { file += part; }, R"("string")", key,
                               codec);
    for (int i = 0; i < 1000; ++i) {
      std::string record;
      AvroEncoder(record).text(std::string(3000, static_cast<char>('a' + i % 26)));
      writer.add(record);
    }
    writer.finish();
    return file;
  };
  EXPECT_EQ(made("k", AvroCodec::none), made("k", AvroCodec::none));
  EXPECT_NE(made("k", AvroCodec::none), made("l", AvroCodec::none));
  for (const AvroCodec codec : {AvroCodec::none, AvroCodec::deflate}) {
    const AvroFile file(made("k", codec), "made");
    ASSERT_EQ(file.size(), 1000u);  // over several blocks
    EXPECT_EQ(std::get<std::string>(file.record(27).datum), std::string(3000, 'b'));
    EXPECT_EQ(file.encoded(3).size(), 3002u);  // two bytes of length
  }
}

TEST(AvroContainer, AnEmptyFileOfAlertsIsAContainer) {
  std::string content;
  AvroContainerWriter([&](std::string_view part) { content += part; }, alert_schema_json(), "k")
      .finish();
  const AvroFile file(std::move(content), "empty");
  EXPECT_EQ(file.size(), 0u);
  EXPECT_THROW((void)file.record(0), InputError);
}

}  // namespace
}  // namespace skywright::alerts
