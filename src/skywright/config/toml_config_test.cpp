#include "skywright/config/toml_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "skywright/base/error.h"

namespace skywright::config {
namespace {

enum class Polarity { positive, both };

struct Mesh {
  int size = 64;
};
void describe(Fields& f, Mesh& c) { f.whole("size", c.size, "side of a cell [pixel]", {.low = 8}); }

struct Config {
  double threshold = 5.0;
  Polarity polarity = Polarity::positive;
  bool deblend = true;
  std::string name = "a\"b";
  std::vector<double> radii = {3.0, 4.5};
  std::vector<std::string> words = {"x"};
  Mesh mesh;
  std::vector<Mesh> levels = {{32}, {128}};
  std::vector<Mesh> extras;
};
void describe(Fields& f, Config& c) {
  f.number("threshold", c.threshold, "lowest peak [sigma]", {.above = 0.0});
  describe_choice(f, "polarity", c.polarity, {"positive", "both"}, "signs searched");
  f.flag("deblend", c.deblend, "whether to deblend");
  f.text("name", c.name, "any text");
  f.numbers("radii", c.radii, "aperture radii [pixel]", {.above = 0.0});
  f.texts("words", c.words, "words");
  describe_nested(f, "mesh", c.mesh, "background mesh");
  describe_list(f, "levels", c.levels, "further meshes");
  describe_list(f, "extras", c.extras, "meshes of your own");
}

std::string refusal(std::string_view text) {
  Config config;
  try {
    read_toml(config, text, "test.toml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ReadToml, SetsWhatIsNamedAndKeepsTheRest) {
  Config config;
  read_toml(config, "threshold = 7\npolarity = 'both'\nmesh.size = 128\n[[levels]]\nsize = 16\n",
            "");
  EXPECT_EQ(config.threshold, 7.0);
  EXPECT_EQ(config.polarity, Polarity::both);
  EXPECT_EQ(config.mesh.size, 128);
  ASSERT_EQ(config.levels.size(), 1u);
  EXPECT_EQ(config.levels[0].size, 16);
  EXPECT_TRUE(config.deblend);
}

TEST(ReadToml, RefusesUnknownKeysAtEveryLevelAndNamesTheLine) {
  EXPECT_THAT(refusal("\nthresold = 7"),
              testing::AllOf(testing::HasSubstr("thresold (test.toml line 2)"),
                             testing::HasSubstr("threshold")));
  EXPECT_THAT(refusal("[mesh]\nsise = 3"), testing::HasSubstr("mesh.sise"));
  EXPECT_THAT(refusal("[[levels]]\nsise = 3"), testing::HasSubstr("levels[0].sise"));
  EXPECT_THAT(refusal("[mash]\nsize = 64"), testing::HasSubstr("mash"));
}

TEST(ReadToml, RefusesWrongTypesAndRanges) {
  EXPECT_THAT(refusal("threshold = 'high'"), testing::HasSubstr("must be a number"));
  EXPECT_THAT(refusal("threshold = -1"),
              testing::HasSubstr("threshold=-1 (test.toml line 1): must be > 0"));
  EXPECT_THAT(refusal("mesh.size = 3"), testing::HasSubstr("must be >= 8"));
  EXPECT_THAT(refusal("mesh.size = 64.5"), testing::HasSubstr("whole number"));
  EXPECT_THAT(refusal("polarity = 'negative'"), testing::HasSubstr("positive, both"));
  EXPECT_THAT(refusal("radii = [1.0, -2.0]"), testing::HasSubstr("-2"));
  EXPECT_THAT(refusal("threshold = "), testing::HasSubstr("not TOML"));
  EXPECT_THAT(refusal("threshold = nan"), testing::HasSubstr("must be > 0"));
}

TEST(ToToml, ReadsBackAsTheSameConfig) {
  Config config;
  config.threshold = 0.1 + 0.2;
  config.levels = {{8}};
  const std::string text = to_toml(config, TomlWriter::Comments::descriptions);
  Config back;
  read_toml(back, text, "");
  EXPECT_EQ(back.threshold, config.threshold);
  EXPECT_EQ(back.name, config.name);
  EXPECT_EQ(back.levels.size(), 1u);
  EXPECT_EQ(to_toml(back, TomlWriter::Comments::descriptions), text);
}

TEST(ToToml, TellsUnitRangeAndDescriptionAlsoOfListsThatAreEmpty) {
  const std::string text = to_toml(Config{}, TomlWriter::Comments::descriptions);
  EXPECT_THAT(text, testing::HasSubstr("threshold = 5.0  # lowest peak [sigma]; must be > 0\n"));
  EXPECT_THAT(text,
              testing::HasSubstr("radii = [3.0, 4.5]  # aperture radii [pixel]; must be > 0\n"));
  EXPECT_THAT(text, testing::HasSubstr("[mesh]  # background mesh\nsize = 64  # side of a cell "));
  EXPECT_THAT(text, testing::HasSubstr("# levels: further meshes\n\n[[levels]]\nsize = 32"));
  EXPECT_THAT(text, testing::HasSubstr("# extras: meshes of your own\n\n# [[extras]]\n"
                                       "# size = 64  # side of a cell [pixel]; must be >= 8\n"));
  Config back;
  read_toml(back, text, "");
  EXPECT_TRUE(back.extras.empty());
  EXPECT_THAT(to_toml(Config{}), testing::Not(testing::HasSubstr("#")));
}

TEST(ApplySetting, TakesTomlValuesAndBareWords) {
  Config config;
  apply_setting(config, "mesh.size=256");
  apply_setting(config, "polarity=both");
  apply_setting(config, "radii=[1, 2, 3]");
  EXPECT_EQ(config.mesh.size, 256);
  EXPECT_EQ(config.polarity, Polarity::both);
  EXPECT_EQ(config.radii.size(), 3u);
  EXPECT_THROW(apply_setting(config, "mesh.size"), ConfigError);
  EXPECT_THROW(apply_setting(config, "no.such=1"), ConfigError);
}

}  // namespace
}  // namespace skywright::config
