#include "sim/workload/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <random>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/workload/sha256.h"
#include "tests/sim/workload/trace_example.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

constexpr std::size_t kWhole = 1 << 24;

template <class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

void expect_equal(const WindowShape& a, const WindowShape& b) {
  EXPECT_EQ(a.input, b.input);
  EXPECT_EQ(a.output, b.output);
  const auto numbers = [](const WindowShape& s) {
    return std::vector<std::int64_t>{s.kernel_h, s.kernel_w,   s.stride_h, s.stride_w,  s.dilation_h, s.dilation_w,
                                     s.pad_top,  s.pad_bottom, s.pad_left, s.pad_right, s.groups};
  };
  EXPECT_EQ(numbers(a), numbers(b));
}

TEST(Trace, GivesBackTheGraph) {
  const ScratchDirectory scratch;
  write_example(scratch / "t.h5");
  const Trace trace = Trace::open(scratch / "t.h5");
  const LayerGraph expected = example_graph();
  EXPECT_EQ(trace.graph().name, "example");
  EXPECT_EQ(trace.graph().input, expected.input);
  EXPECT_EQ(trace.graph().value_bits, 8);
  ASSERT_EQ(trace.graph().layers.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const Layer &got = trace.graph().layers[i], &want = expected.layers[i];
    SCOPED_TRACE(want.name);
    EXPECT_EQ(got.name, want.name);
    EXPECT_EQ(got.kind, want.kind);
    EXPECT_EQ(got.inputs, want.inputs);
    expect_equal(got.shape, want.shape);
    EXPECT_EQ(got.dynamically_pruned, want.dynamically_pruned);
    EXPECT_EQ(got.weight_nonzero, want.weight_nonzero);
    EXPECT_EQ(got.kept_filters, want.kept_filters);
    ASSERT_EQ(got.connections.size(), want.connections.size());
    for (std::size_t c = 0; c < want.connections.size(); ++c) {
      EXPECT_EQ(got.connections[c].filters, want.connections[c].filters);
      EXPECT_EQ(got.connections[c].channels, want.connections[c].channels);
    }
  }
}

TEST(Trace, GivesBackWhatItSaysOfItself) {
  const ScratchDirectory scratch;
  write_example(scratch / "t.h5");
  const Trace trace = Trace::open(scratch / "t.h5");
  EXPECT_EQ(trace.info().tool_version, "1.2.3");
  EXPECT_EQ(trace.info().source, "example.onnx");
  EXPECT_EQ(trace.info().source_sha256, std::string(64, 'a'));
  EXPECT_EQ(trace.info().preset, "mnist");
  EXPECT_EQ(trace.info().reductions, "dfp:0.3");
  EXPECT_EQ(trace.info().seed, ~std::uint64_t{0});
  EXPECT_EQ(trace.info().origin, "Made up for a test.");
}

TEST(Trace, GivesBackEachImage) {
  const ScratchDirectory scratch;
  write_example(scratch / "t.h5");
  const Trace trace = Trace::open(scratch / "t.h5");
  ASSERT_EQ(trace.images(), 2u);
  for (const std::size_t i : {1u, 0u}) {
    const TraceImage expected = example_image(static_cast<int>(i));
    EXPECT_EQ(trace.image_name(i), expected.name);
    EXPECT_EQ(trace.label(i), expected.label);
    EXPECT_EQ(trace.top1(i), expected.top1);
    EXPECT_EQ(trace.nonzero(i, 0), expected.inputs[0].nonzero);
    EXPECT_EQ(trace.nonzero(i, 2), expected.inputs[2].nonzero);
    EXPECT_EQ(trace.kept_channels(i, 0), expected.inputs[0].kept_channels);
    EXPECT_EQ(trace.kept_channels(i, 2), BitMask(40, true));
    ASSERT_TRUE(trace.values(i, 0).has_value());
    EXPECT_EQ(trace.values(i, 0)->values, expected.inputs[0].values->values);
    EXPECT_EQ(trace.values(i, 0)->scale, expected.inputs[0].values->scale);
    EXPECT_FALSE(trace.values(i, 2).has_value());
  }
  EXPECT_FALSE(trace.weights(0).has_value());
  ASSERT_TRUE(trace.weights(2).has_value());
  EXPECT_EQ(trace.weights(2)->values, std::vector<std::int16_t>(80, -3));
  EXPECT_EQ(trace.weights(2)->scale, 0.125f);
  EXPECT_EQ(trace.stored_bytes(1), 0u);
  EXPECT_GT(trace.stored_bytes(0), trace.stored_bytes(2));
}

TEST(Trace, GivesBackWhatANetworkComputesWith) {
  const ScratchDirectory scratch;
  write_float_example(scratch / "t.h5");
  const Trace trace = Trace::open(scratch / "t.h5");
  const std::vector<Layer>& layers = trace.graph().layers;
  EXPECT_TRUE(layers[0].active_sites);
  EXPECT_FALSE(layers[2].active_sites);
  EXPECT_EQ(layers[0].function, Function::other);
  EXPECT_EQ(layers[1].function, Function::relu);
  for (const std::size_t i : {1u, 0u}) EXPECT_EQ(trace.pixels(i), float_example_image(static_cast<int>(i)).pixels);
  EXPECT_EQ(trace.parameters(0).weights, float_example_parameters().weights);
  EXPECT_EQ(trace.parameters(0).bias, float_example_parameters().bias);
  EXPECT_EQ(trace.parameters(2).weights, std::vector<float>(160, -0.75f));
  EXPECT_TRUE(trace.parameters(2).bias.empty());
  EXPECT_GT(trace.stored_bytes(2), 160 * 4 / 1032u);  // weights are counted: as small as zlib makes them, or larger
}

TEST(Trace, GivesBackWhatALayerWithoutWeightsComputes) {
  const ScratchDirectory scratch;
  write_float_example(scratch / "t.h5");
  const std::optional<Operation> operation = Trace::open(scratch / "t.h5").operation(1);
  ASSERT_TRUE(operation);
  EXPECT_EQ(operation->name, "an operator");
  EXPECT_EQ(operation->numbers, (std::vector<float>{0, 6}));
  write_example(scratch / "t.h5");
  EXPECT_FALSE(Trace::open(scratch / "t.h5").operation(1));
}

TEST(Trace, GivesBackBlocks) {
  const ScratchDirectory scratch;
  for (const bool reordered : {false, true}) {
    TraceWriter writer(scratch / "t.h5", blocks_example_graph(reordered), example_info());
    writer.add(example_image(0));
    writer.commit();
    const Trace trace = Trace::open(scratch / "t.h5");
    EXPECT_FALSE(trace.graph().layers[0].blocks);
    EXPECT_EQ(trace.graph().layers[2].blocks, (BlockPruning{1, 16, reordered}));
    EXPECT_EQ(trace.graph().layers[2].weight_nonzero, blocks_example_graph().layers[2].weight_nonzero);
  }
}

TEST(Trace, OfMasksHasNeitherPixelsNorParameters) {
  const ScratchDirectory scratch;
  write_example(scratch / "t.h5");
  const Trace trace = Trace::open(scratch / "t.h5");
  EXPECT_TRUE(trace.pixels(0).empty());
  EXPECT_TRUE(trace.parameters(0).weights.empty());
  EXPECT_TRUE(trace.parameters(0).bias.empty());
  EXPECT_FALSE(trace.graph().layers[0].active_sites);
  EXPECT_EQ(trace.graph().layers[1].function, Function::other);
}

TEST(Trace, IsTheSameFromBytes) {
  const ScratchDirectory scratch;
  write_example(scratch / "t.h5");
  const std::string bytes = read_file(scratch / "t.h5", kWhole);
  const Trace trace = Trace::from_bytes(bytes.data(), bytes.size(), "in memory");
  EXPECT_EQ(trace.images(), 2u);
  EXPECT_EQ(trace.nonzero(1, 0), example_image(1).inputs[0].nonzero);
}

TEST(Trace, HoldsManyImages) {  // past one chunk of the short rows, 256 images
  const ScratchDirectory scratch;
  {
    TraceWriter writer(scratch / "t.h5", example_graph(), example_info());
    for (int i = 0; i < 600; ++i) writer.add(example_image(i % 2));
    writer.commit();
  }
  const Trace trace = Trace::open(scratch / "t.h5");
  ASSERT_EQ(trace.images(), 600u);
  EXPECT_EQ(trace.nonzero(599, 0), example_image(1).inputs[0].nonzero);
  EXPECT_EQ(trace.label(598), 0);
  EXPECT_EQ(trace.image_name(257), "image_1.png");
}

TEST(TraceWriter, WritesTheSameBytesAgain) {
  const ScratchDirectory scratch;
  write_example(scratch / "a.h5");
  write_example(scratch / "b.h5");
  EXPECT_TRUE(read_file(scratch / "a.h5", kWhole) == read_file(scratch / "b.h5", kWhole));
  write_example(scratch / "c.h5", 1);
  EXPECT_FALSE(read_file(scratch / "a.h5", kWhole) == read_file(scratch / "c.h5", kWhole));
}

TEST(TraceWriter, LeavesNothingWithoutCommit) {
  const ScratchDirectory scratch;
  {
    TraceWriter writer(scratch / "t.h5", example_graph(), example_info());
    writer.add(example_image(0));
    EXPECT_FALSE(std::filesystem::exists(scratch / "t.h5"));
  }
  EXPECT_TRUE(scratch.empty());
}

TEST(TraceWriter, SaysThatTheDiskIsFull) {
  EXPECT_EQ(error_of([] { write_example("/dev/full"); }), "/dev/full: cannot be written: No space left on device");
}

TEST(TraceWriter, SaysThatTheDiskIsFullOfFloats) {
  EXPECT_EQ(error_of([] { write_float_example("/dev/full"); }),
            "/dev/full: cannot be written: No space left on device");
}

// A limit of the process stands for a disk that fills up in the midst of writing, at several points.
class FileThatDoesNotFit : public testing::TestWithParam<Example> {};
INSTANTIATE_TEST_SUITE_P(TraceWriter, FileThatDoesNotFit, testing::Values(kQuantisedExample, kFloatExample));

TEST_P(FileThatDoesNotFit, LeavesNothing) {
  const ScratchDirectory scratch;
  GetParam().write(scratch / "whole.h5");
  const std::size_t whole = read_file(scratch / "whole.h5", kWhole).size();
  std::filesystem::remove(scratch / "whole.h5");
  std::signal(SIGXFSZ, SIG_IGN);
  for (std::size_t room = 0; room < whole; room += 97) {
    const rlimit limit{room, RLIM_INFINITY};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const std::string error = error_of([&] { GetParam().write(scratch / "t.h5"); });
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
    EXPECT_EQ(error, (scratch / "t.h5") + ": cannot be written: File too large") << room;
    EXPECT_TRUE(scratch.empty()) << room;
  }
}

TEST(TraceWriter, NamesAFolderThatIsNotThere) {
  EXPECT_THAT(error_of([] { write_example("/nonexistent/t.h5"); }),
              HasSubstr("/nonexistent/t.h5: cannot be written: No such file or directory"));
}

TEST(TraceWriter, RefusesWhatDoesNotFitItsGraph) {
  const ScratchDirectory scratch;
  const auto add = [&](const TraceImage& image) {
    TraceWriter writer(scratch / "t.h5", example_graph(), example_info());
    writer.add(example_image(0));
    writer.add(image);
  };
  TraceImage image = example_image(1);
  image.inputs[0].nonzero = BitMask(47);
  EXPECT_THROW(add(image), ModelError);
  image = example_image(1);
  image.inputs[0].kept_channels = BitMask(4);
  EXPECT_THROW(add(image), ModelError);
  image = example_image(1);
  image.inputs[0].values.reset();
  EXPECT_THROW(add(image), ModelError);
  image = example_image(1);
  image.inputs[0].values->values[0] = 128;
  EXPECT_THROW(add(image), ModelError);
  image = example_image(1);
  image.inputs.pop_back();
  EXPECT_THROW(add(image), ModelError);

  image = example_image(1);
  image.pixels.assign(48, 0);  // the first image had none
  EXPECT_THROW(add(image), ModelError);
  const auto begin_with = [&](const TraceImage& first) {
    TraceWriter(scratch / "t.h5", example_graph(), example_info()).add(first);
  };
  image.pixels.pop_back();
  EXPECT_THROW(begin_with(image), ModelError);
  image.pixels.push_back(NAN);
  EXPECT_THROW(begin_with(image), ModelError);
  const auto add_parameters = [&](std::size_t layer, const Parameters& parameters) {
    TraceWriter(scratch / "t.h5", example_graph(), example_info()).add_parameters(layer, parameters);
  };
  EXPECT_THROW(add_parameters(1, {}), ModelError);
  EXPECT_THROW(add_parameters(2, {std::vector<float>(79), {}}), ModelError);
  EXPECT_THROW(add_parameters(2, {std::vector<float>(80), {1}}), ModelError);

  LayerGraph graph = example_graph();
  graph.layers[0].shape.output.width = 3;
  EXPECT_THROW(TraceWriter(scratch / "t.h5", graph, example_info()), ModelError);
  EXPECT_THROW(TraceWriter(scratch / "t.h5", example_graph(), example_info()).commit(), ModelError);
  EXPECT_TRUE(scratch.empty());
}

TEST(Sha256, OfAFile) {
  const ScratchDirectory scratch;
  write_file(scratch / "abc", "abc");  // FIPS 180-4, example of one block
  EXPECT_EQ(sha256_of_file(scratch / "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_THAT(error_of([&] { sha256_of_file(scratch / "none"); }), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace sparsim
