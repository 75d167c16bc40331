#include "sim/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "models/core/error.h"
#include "sim/sweep/child.h"

namespace sparsim {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.file(name); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()));
  }
  // What the constructor, or reading, says of a path.
  template <class Attempt>
  static std::string error_of(Attempt&& attempt) {
    try {
      attempt();
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }
  static std::string refusal(const std::string& path) {
    return error_of([&] { OutputFile file(path); });
  }

  TemporaryDirectory directory_;
};

TEST_F(OutputFileTest, AppearsWithItsCommit) {
  OutputFile file(path("a"));
  EXPECT_FALSE(fs::exists(path("a")));
  EXPECT_TRUE(fs::exists(file.temporary()));
  file.write("abc");
  EXPECT_EQ(read_file(path("a"), 3), "abc");
  EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFileTest, LeavesTheOldContentsUntilItsCommit) {
  write_file(path("a"), "old");
  {
    const OutputFile file(path("a"));
    EXPECT_EQ(read_file(path("a"), 3), "old");
  }
  EXPECT_EQ(read_file(path("a"), 3), "old");
  write_file(path("a"), "new");
  EXPECT_EQ(read_file(path("a"), 3), "new");
}

TEST_F(OutputFileTest, LeavesNothingWithoutCommit) {
  { const OutputFile file(path("a")); }
  EXPECT_EQ(files(), 0u);
}

TEST_F(OutputFileTest, RefusesASecondCommit) {
  OutputFile file(path("a"));
  file.commit();
  EXPECT_THROW(file.commit(), ModelError);
}

TEST_F(OutputFileTest, SaysWhatIsWrongWithAPath) {
  EXPECT_EQ(refusal(""), "the name of an output file is empty");
  EXPECT_EQ(refusal(path("")), path("") + ": cannot be written: it is a directory");
  EXPECT_EQ(refusal(path("no/a")), path("no/a") + ": cannot be written: No such file or directory");
  write_file(path("file"), "");
  EXPECT_EQ(refusal(path("file/a")), path("file/a") + ": cannot be written: Not a directory");
  const std::string long_name = path(std::string(300, 'a'));
  EXPECT_EQ(refusal(long_name), long_name + ": cannot be written: File name too long");
}

TEST_F(OutputFileTest, SaysThatADirectoryTookItsPlace) {
  OutputFile file(path("a"));
  fs::create_directory(path("a"));
  EXPECT_EQ(error_of([&] { file.commit(); }), path("a") + ": cannot be written: Is a directory");
}

TEST_F(OutputFileTest, WritesToADeviceDirectly) {
  write_file("/dev/null", "abc");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(OutputFileTest, SaysThatADiskIsFull) {
  EXPECT_EQ(error_of([] { write_file("/dev/full", "abc"); }), "/dev/full: cannot be written: No space left on device");
  // More than one buffer: the failure comes with a write, not with the close.
  EXPECT_EQ(error_of([] { write_file("/dev/full", std::string(1 << 20, 'a')); }),
            "/dev/full: cannot be written: No space left on device");
}

TEST_F(OutputFileTest, GoesWithAnInterrupt) {
  const pid_t child = fork();
  if (child == 0) {
    remove_unfinished_files_on_interrupt();
    const OutputFile first(path("a")), second(path("b"));
    write_file(path("whole"), "abc");
    raise(SIGTERM);
    _exit(0);  // not reached
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(read_file(path("whole"), 3), "abc");
}

TEST_F(OutputFileTest, ReadsUpToALimit) {
  write_file(path("a"), "abc");
  EXPECT_EQ(read_file(path("a"), 3), "abc");
  EXPECT_EQ(error_of([&] { read_file(path("a"), 2); }), path("a") + ": larger than the 2 bytes allowed");
  EXPECT_EQ(error_of([&] { read_file("/dev/zero", 1 << 20); }), "/dev/zero: larger than the 1048576 bytes allowed");
}

TEST_F(OutputFileTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(error_of([&] { read_file(path("a"), 9); }), path("a") + ": cannot be read: No such file or directory");
  EXPECT_EQ(error_of([&] { read_file(path(""), 9); }), path("") + ": cannot be read: it is a directory");
  const std::string long_name = path(std::string(300, 'a'));
  EXPECT_EQ(error_of([&] { read_file(long_name, 9); }), long_name + ": cannot be read: File name too long");
}

}  // namespace
}  // namespace sparsim
