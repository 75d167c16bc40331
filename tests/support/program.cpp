#include "tests/support/program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "sim/output_file.h"

namespace sparsim {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kLargestFile = 256u << 20;
constexpr auto kLongestRun = 60s;
constexpr auto kPoll = 2ms;

// In the child, between fork and exec: system calls only.
[[noreturn]] void become_program(char* const* argv, const char* directory, const char* out, const char* err,
                                 const Conditions& conditions) {
  const int input = open("/dev/null", O_RDONLY);
  const int output = open(out, O_WRONLY | O_CREAT, 0600), errors = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  bool ready = dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(errors, STDERR_FILENO) >= 0;
  ready = ready && chdir(directory) == 0;
  if (conditions.largest_file_bytes) {
    const rlimit limit{*conditions.largest_file_bytes, *conditions.largest_file_bytes};
    ready = ready && setrlimit(RLIMIT_FSIZE, &limit) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR;
  }
  if (ready) execv(argv[0], argv);
  _exit(127);
}

}  // namespace

pid_t ProgramTest::start(const std::vector<std::string>& arguments, const Conditions& conditions) {
  std::vector<std::string> words{SPARSIM_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string directory = path("."), err = outputs_.file("err");
  const std::string out = conditions.standard_output.empty() ? outputs_.file("out") : conditions.standard_output;
  fs::remove(outputs_.file("out"));
  const pid_t child = fork();
  if (child == 0) become_program(argv.data(), directory.c_str(), out.c_str(), err.c_str(), conditions);
  EXPECT_GT(child, 0);
  return child;
}

Outcome ProgramTest::finish(pid_t child) {
  int status = 0;
  const auto deadline = std::chrono::steady_clock::now() + kLongestRun;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "still running";
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(kPoll);
  }
  Outcome outcome;
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (fs::exists(outputs_.file("out"))) outcome.out = read_file(outputs_.file("out"), kLargestFile);
  outcome.err = read_file(outputs_.file("err"), kLargestFile);
  return outcome;
}

Outcome ProgramTest::run(const std::vector<std::string>& arguments, const Conditions& conditions) {
  return finish(start(arguments, conditions));
}

Outcome ProgramTest::interrupt_once_writing(const std::string& file, const std::vector<std::string>& arguments) {
  const pid_t child = start(arguments, {});
  const auto there = [&] {
    const std::vector<std::string> all = files();
    return std::any_of(all.begin(), all.end(), [&](const std::string& name) { return name.rfind(file, 0) == 0; });
  };
  const auto deadline = std::chrono::steady_clock::now() + kLongestRun;
  while (!there() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(kPoll);
  EXPECT_TRUE(there()) << "never began to write " << file;
  kill(child, SIGINT);
  return finish(child);
}

void ProgramTest::expect_refused(const std::vector<std::string>& arguments, const std::string& message) {
  const Outcome outcome = run(arguments);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "sparsim: " + message + "\n");
  EXPECT_EQ(outcome.out, "");
}

void ProgramTest::copy(const std::string& path_in_repository) {
  const fs::path from = fs::path(SPARSIM_SOURCE_DIR) / path_in_repository;
  fs::copy(from, path(from.filename().string()));
}

void ProgramTest::copy_configs() {
  copy("configs/accelerators");
  copy("configs/devices");
}

std::string ProgramTest::derived_accelerator(const std::string& from, const std::string& to) {
  std::string text = read("accelerators/sparcnet-small.yaml");
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  write("accelerators/a.yaml", text.replace(at, from.size(), to));
  return "accelerators/a.yaml";
}

void ProgramTest::write(const std::string& name, const std::string& contents) { write_file(path(name), contents); }
std::string ProgramTest::read(const std::string& name) const { return read_file(path(name), kLargestFile); }
nlohmann::json ProgramTest::read_json(const std::string& name) const { return nlohmann::json::parse(read(name)); }

std::vector<std::string> ProgramTest::files() const {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(path("."))) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace sparsim
