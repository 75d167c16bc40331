#include "sim/config/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"

namespace sparsim {
namespace {

std::string problems(YamlFile& file) {
  try {
    file.finish();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string parse_error(const std::string& text) {
  try {
    YamlFile::parse(text, "a.yaml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Schema, ReadsEveryKindOfValue) {
  YamlFile file = YamlFile::parse(
      "rows: 8\nclock_mhz: 100.5\noverlap: true\nname: zed\nformat: int8\nunits: [1, 2]\ndram: {width: 4}\n"
      "layers: [{name: a}, {name: b}]\n",
      "a.yaml");
  Section root = file.root();
  EXPECT_EQ(root.integer("rows", {1, 64}), 8);
  EXPECT_EQ(root.number("clock_mhz", {1, 1000}), 100.5);
  EXPECT_TRUE(root.boolean("overlap"));
  EXPECT_EQ(root.text("name"), "zed");
  EXPECT_EQ(root.choice("format", {"fp16", "int8"}), 1u);
  EXPECT_EQ(root.integers("units", {0, 9}), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(root.section("dram").integer("width", {1, 8}), 4);
  auto layers = root.list("layers");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].text("name") + layers[1].text("name"), "ab");
  EXPECT_EQ(root.integer("banks", {1, 16}, 8), 8);
  EXPECT_EQ(problems(file), "");
  EXPECT_EQ(file.resolved().dump(),
            R"({"rows":8,"clock_mhz":100.5,"overlap":true,"name":"zed","format":"int8","units":[1,2],"banks":8,)"
            R"("dram":{"width":4},"layers":[{"name":"a"},{"name":"b"}]})");
}

TEST(Schema, TellsListsFromOtherValues) {
  YamlFile file = YamlFile::parse("one: 3\nseveral: [3, 4]\nnone: []\nsection: {a: 1}\n", "a.yaml");
  const Section root = file.root();
  EXPECT_FALSE(root.is_list("one"));
  EXPECT_TRUE(root.is_list("several"));
  EXPECT_TRUE(root.is_list("none"));
  EXPECT_FALSE(root.is_list("section"));
  EXPECT_FALSE(root.is_list("missing"));
}

TEST(Schema, ReportsAllProblemsAtOnceInTheOrderOfLines) {
  YamlFile file = YamlFile::parse("rows: many\nclocc_mhz: 100\nbanks: -4\nbeats: 99999999999999999999\n", "a.yaml");
  Section root = file.root();
  root.integer("rows", {1, 64});
  root.number("clock_mhz", {1, 1000});
  root.integer("banks", {1, 16});
  root.integer("beats", {1, 256});
  EXPECT_EQ(problems(file),
            "a.yaml:1: rows: 'many' where a whole number is expected\n"
            "a.yaml:1: clock_mhz: missing; must be a number in 1..1000\n"
            "a.yaml:2: clocc_mhz: unknown key; did you mean 'clock_mhz'?\n"
            "a.yaml:3: banks: -4: must be 1..16\n"
            "a.yaml:4: beats: 99999999999999999999: must be 1..256");
}

TEST(Schema, ListsTheAllowedKeysWhereNoneIsNear) {
  YamlFile file = YamlFile::parse("rows: 1\nzzzzzz: 1\n", "a.yaml");
  file.root().integer("rows", {1, 2});
  EXPECT_EQ(problems(file), "a.yaml:2: zzzzzz: unknown key; allowed: rows");
}

TEST(Schema, FindsUnknownKeysInNestedSectionsAndLists) {
  YamlFile file = YamlFile::parse("dram: {width: 4, widht: 5}\nlayers:\n  - {name: a}\n  - {nome: b}\n", "a.yaml");
  Section root = file.root();
  root.section("dram").integer("width", {1, 8});
  for (Section& layer : root.list("layers")) layer.text("name");
  EXPECT_EQ(problems(file),
            "a.yaml:1: dram.widht: unknown key; did you mean 'width'?\n"
            "a.yaml:4: layers[1].name: missing; must be a text\n"
            "a.yaml:4: layers[1].nome: unknown key; did you mean 'name'?");
}

TEST(Schema, NamesAMissingSectionOnce) {
  YamlFile file = YamlFile::parse("rows: 1\n", "a.yaml");
  Section root = file.root();
  root.integer("rows", {1, 2});
  Section dram = root.section("dram");
  dram.integer("width", {1, 8});
  dram.integer("banks", {1, 8});
  EXPECT_EQ(problems(file), "a.yaml:1: dram: missing; must be a map of keys");
}

TEST(Schema, KeepsWhereAValueComesFrom) {
  YamlFile file =
      YamlFile::parse("grid: {rows: {value: 16, basis: assumed, source: 128 PEs fit 220 DSPs}}\n", "a.yaml");
  EXPECT_EQ(file.root().section("grid").integer("rows", {1, 64}), 16);
  EXPECT_EQ(problems(file), "");
  ASSERT_EQ(file.provenance().size(), 1u);
  EXPECT_EQ(file.provenance()[0].key, "grid.rows");
  EXPECT_EQ(file.provenance()[0].value, "16");
  EXPECT_EQ(to_string(file.provenance()[0].basis), "assumed");
  EXPECT_EQ(file.provenance()[0].source, "128 PEs fit 220 DSPs");
}

TEST(Schema, AsksForABasisThatExistsAndASource) {
  YamlFile file = YamlFile::parse("rows: {value: 16, basis: guessed, unit: PEs}\n", "a.yaml");
  file.root().integer("rows", {1, 64});
  EXPECT_EQ(problems(file),
            "a.yaml:1: rows: unknown key 'unit' beside value; allowed: basis, source\n"
            "a.yaml:1: rows: basis 'guessed': must be one of published, derived, measured, assumed\n"
            "a.yaml:1: rows: source is missing: a paper, a derivation or why it is assumed");
}

TEST(Schema, RefusesAKeyGivenTwice) {
  YamlFile file = YamlFile::parse("rows: 1\nrows: 2\n", "a.yaml");
  file.root().integer("rows", {1, 2});
  EXPECT_EQ(problems(file), "a.yaml:2: rows: given twice");
}

TEST(Schema, RefusesWrongKinds) {
  YamlFile file = YamlFile::parse("a: [1]\nb: 3\nc: {x: 1}\nd: 1.5\ne: yes\nf: .nan\ng: 0x10\nh:\n", "a.yaml");
  Section root = file.root();
  root.integer("a", {0, 9});
  root.section("b");
  root.integers("c", {0, 9});
  root.integer("d", {0, 9});
  root.boolean("e");
  root.number("f", {0, 9});
  root.integer("g", {0, 99});
  root.integer("h", {0, 9});
  EXPECT_EQ(problems(file),
            "a.yaml:1: a: a map or list where a whole number is expected\n"
            "a.yaml:2: b: must be a map of keys\n"
            "a.yaml:3: c: must be a list of at most 100000, each a whole number\n"
            "a.yaml:4: d: '1.5' where a whole number is expected\n"
            "a.yaml:5: e: 'yes' where true or false is expected\n"
            "a.yaml:6: f: '.nan' where a number is expected\n"
            "a.yaml:7: g: '0x10' where a whole number is expected\n"
            "a.yaml:8: h: nothing where a whole number is expected");
}

constexpr char kLayers[] =
    "input: [28, 28, 1]\n"
    "layers:\n"
    "  - {name: conv1, kernel: 3}\n"
    "  - {name: conv2, kernel: 3}\n"
    "  - {kernel: 7}\n";

// Overrides are "KEY=VALUE".
YamlFile layers_with(const std::vector<std::string>& overrides) {
  YamlFile file = YamlFile::parse(kLayers, "a.yaml");
  for (const std::string& assignment : overrides) file.set(Override::parse(assignment));
  return file;
}

std::string set_error(const std::string& assignment) {
  try {
    layers_with({assignment});
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// What reading all of it comes to.
std::string layer_problems(const std::vector<std::string>& overrides, std::int64_t largest_kernel = 9) {
  YamlFile file = layers_with(overrides);
  Section root = file.root();
  root.integers("input", {1, 100});
  for (Section& layer : root.list("layers")) {
    layer.text("name", "unnamed");
    layer.integer("kernel", {1, largest_kernel});
  }
  return problems(file);
}

TEST(Override, NamesAnEntryOfAList) {
  YamlFile file = layers_with({"layers.conv2.kernel=5"});
  std::vector<Section> layers = file.root().list("layers");
  EXPECT_EQ(layers[0].integer("kernel", {1, 9}), 3);
  EXPECT_EQ(layers[1].integer("kernel", {1, 9}), 5);
  EXPECT_EQ(layers[2].integer("kernel", {1, 9}), 7);
}

TEST(Override, AddsAKeyToAnEntry) {
  YamlFile file = layers_with({"layers.conv1.pad=1"});
  std::vector<Section> layers = file.root().list("layers");
  EXPECT_EQ(layers[0].integer("pad", {0, 9}), 1);
  EXPECT_FALSE(layers[1].has("pad"));
}

TEST(Override, TakesAList) {
  YamlFile file = layers_with({"input=[10, 12, 3]"});
  EXPECT_EQ(file.root().integers("input", {1, 100}), (std::vector<std::int64_t>{10, 12, 3}));
  EXPECT_EQ(file.resolved().dump(), R"({"input":[10,12,3]})");
  YamlFile none = layers_with({"input=[]"});
  EXPECT_TRUE(none.root().integers("input", {1, 100}).empty());
}

TEST(Override, RefusesABrokenList) {
  EXPECT_THAT(set_error("input=[10, 10, 1"), testing::StartsWith("--set input=[10, 10, 1: is not a list: "));
  EXPECT_THAT(set_error("input=[10, }"), testing::StartsWith("--set input=[10, }: is not a list: "));
  EXPECT_THAT(set_error("input=" + std::string(100'000, '[')),
              testing::AllOf(testing::StartsWith("--set input"), testing::HasSubstr("nested too deeply")));
}

TEST(Override, RefusesAnEntryThatThereIsNot) {
  EXPECT_EQ(set_error("layers.conv3.kernel=5"), "--set layers.conv3.kernel=5: a.yaml has no section 'conv3'");
  EXPECT_EQ(set_error("layers.conv1=5"), "--set layers.conv1=5: must name a key of an entry, 'layers.NAME.KEY'");
  EXPECT_EQ(set_error("input.conv1.kernel=5"), "--set input.conv1.kernel=5: a.yaml has no section 'conv1'");
  EXPECT_EQ(set_error("layers.conv1.kernel.size=5"),
            "--set layers.conv1.kernel.size=5: a.yaml has no section 'kernel'");
}

TEST(Override, IsToldWithItsProblems) {
  EXPECT_EQ(layer_problems({}), "");
  EXPECT_EQ(layer_problems({"layers.conv2.kernel=11"}), "--set layers.conv2.kernel=11: 11: must be 1..9");
  EXPECT_EQ(layer_problems({"layers.conv2.kernel=big"}),
            "--set layers.conv2.kernel=big: 'big' where a whole number is expected");
  EXPECT_EQ(layer_problems({"layers.conv1.kernl=5"}),
            "--set layers.conv1.kernl=5: unknown key; did you mean 'kernel'?");
  EXPECT_EQ(layer_problems({"input=[10, 1000, x]"}),
            "--set input=[10, 1000, x]: each entry must be a whole number\n"
            "--set input=[10, 1000, x]: 1000: each entry must be 1..100");
  EXPECT_EQ(layer_problems({"layers.conv1.kernel=[5]"}),
            "--set layers.conv1.kernel=[5]: a map or list where a whole number is expected");
  EXPECT_EQ(layer_problems({"layers=5"}), "--set layers=5: must be a list of 1..100000 maps");
}

TEST(Override, IsToldBesideTheProblemsOfTheFile) {
  EXPECT_EQ(layer_problems({"layers.conv1.kernel=0"}, 5),
            "--set layers.conv1.kernel=0: 0: must be 1..5\n"
            "a.yaml:5: layers[2].kernel: 7: must be 1..5");
}

TEST(Schema, SaysWhereAFileIsNoYaml) {
  EXPECT_THAT(parse_error("rows: [1, 2\nb: 3\n"), testing::StartsWith("a.yaml:"));
  EXPECT_THAT(parse_error("rows: [1, 2\nb: 3\n"), testing::HasSubstr("not YAML"));
  EXPECT_EQ(parse_error(""), "a.yaml:1: must be a map of keys, is empty");
  EXPECT_EQ(parse_error("- 1\n"), "a.yaml:1: must be a map of keys, is a list or a single value");
}

TEST(Schema, RefusesNestingThatWouldExhaustTheStack) {
  EXPECT_THAT(parse_error("a: " + std::string(100'000, '[')), testing::HasSubstr("nested too deeply"));
  std::string dashes = "a:\n";
  for (int i = 0; i < 1000; ++i) dashes += "- ";
  EXPECT_THAT(parse_error(dashes), testing::HasSubstr("nested too deeply"));
}

TEST(Schema, NamesAFileThatIsNotThere) {
  EXPECT_THROW(YamlFile::load("no/such.yaml"), InputError);
  EXPECT_THROW(YamlFile::load("/"), InputError);
}

}  // namespace
}  // namespace sparsim
