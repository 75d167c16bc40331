#include <gmock/gmock.h>

#include "sim/version.h"
#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kRunUsage[] = "; usage: sparsim run ACCELERATOR.yaml TRACE.h5 [options]";

class CommandLine : public ProgramTest {};

TEST_F(CommandLine, TeachesWithoutArguments) {
  const Outcome outcome = run({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out, run({"--help"}).out);
}

TEST_F(CommandLine, ListsItsCommands) {
  for (const char* word : {"--help", "-h", "help"}) {
    const Outcome outcome = run({word});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    for (const char* command : {"capture", "synthesize", "inspect", "describe", "run", "validate"})
      EXPECT_THAT(outcome.out, HasSubstr("\n  " + std::string(command) + " "));
  }
}

TEST_F(CommandLine, TeachesEachCommand) {
  for (const char* command : {"capture", "synthesize", "inspect", "describe", "run", "validate"}) {
    const Outcome outcome = run({command, "--help"});
    EXPECT_EQ(outcome.status, 0) << command;
    EXPECT_EQ(outcome.err, "") << command;
    EXPECT_THAT(outcome.out, StartsWith("sparsim " + std::string(command) + " "));
    const std::string example = "sparsim " + std::string(command);  // one that can be typed in a clone
    EXPECT_THAT(outcome.out, AnyOf(HasSubstr(example + " configs/"), HasSubstr(example + " traces/")));
  }
}

TEST_F(CommandLine, SaysItsVersion) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, std::string("sparsim ") + kVersion + "\n");
}

TEST_F(CommandLine, SuggestsTheNearestCommand) {
  EXPECT_THAT(run({"rnu"}).err, StartsWith("sparsim: unknown command 'rnu'; did you mean 'run'?; known: "));
  EXPECT_THAT(run({"simulate"}).err, StartsWith("sparsim: unknown command 'simulate'; known: "));
  EXPECT_EQ(run({"rnu"}).status, 2);
}

TEST_F(CommandLine, SuggestsTheNearestOption) {
  expect_refused({"run", "--jsn", "x", "a.yaml", "t.h5"},
                 std::string("run: unknown option '--jsn'; did you mean '--json'?") + kRunUsage);
  expect_refused({"run", "--quick", "a.yaml", "t.h5"}, std::string("run: unknown option '--quick'") + kRunUsage);
}

TEST_F(CommandLine, SaysWhatIsMissing) {
  expect_refused({"run"}, std::string("run: ACCELERATOR is missing") + kRunUsage);
  expect_refused({"run", "a.yaml"}, std::string("run: TRACE is missing") + kRunUsage);
  expect_refused({"run", "a.yaml", "t.h5", "--json"},
                 std::string("run: the required argument for option '--json' is missing") + kRunUsage);
}

TEST_F(CommandLine, RefusesOneArgumentTooMany) {
  expect_refused({"run", "a.yaml", "t.h5", "u.h5"},
                 std::string("run: too many positional options have been specified on the command line") + kRunUsage);
}

class NumberOption : public CommandLine, public testing::WithParamInterface<std::string> {};

TEST_P(NumberOption, SaysWhatIsAllowed) {
  expect_refused({"run", "a.yaml", "t.h5", "--images", GetParam()},
                 "--images " + GetParam() + ": must be a whole number in 1..1000000");
  expect_refused({"run", "a.yaml", "t.h5", "--max-cycles", GetParam()},
                 "--max-cycles " + GetParam() + ": must be a whole number in 1..1000000000000");
}

INSTANTIATE_TEST_SUITE_P(Wrong, NumberOption,
                         testing::Values("-4", "0", "99999999999999999999", "-99999999999999999999", "1.5", "1e3",
                                         "ten", "0x10", "5 "));

}  // namespace
}  // namespace sparsim
