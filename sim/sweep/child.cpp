#include "sim/sweep/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <thread>

#include "models/core/error.h"

namespace sparsim {
namespace {

std::string this_program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

// The read end of a pipe to its end.
std::string drain(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  ssize_t count = 0;
  while ((count = read(descriptor, buffer.data(), buffer.size())) > 0 || (count < 0 && errno == EINTR))
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  return text;
}

ChildOutcome run_child(const std::string& program, const std::vector<std::string>& arguments) {
  std::array<int, 2> errors{};
  SPARSIM_CHECK(pipe2(errors.data(), O_CLOEXEC) == 0, "pipe: {}", std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failure = posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(errors[1]);
  SPARSIM_CHECK(failure == 0, "{} could not be started again: {}", program, std::strerror(failure));

  ChildOutcome outcome;
  outcome.errors = drain(errors[0]);
  close(errors[0]);
  while (!outcome.errors.empty() && outcome.errors.back() == '\n') outcome.errors.pop_back();
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sparsim-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) input_error("{}: cannot be made: {}", pattern, std::strerror(errno));
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<ChildOutcome> run_children(const std::vector<std::vector<std::string>>& argument_lists, std::size_t jobs,
                                       const std::function<void(std::size_t)>& done) {
  const std::string program = this_program();
  std::vector<ChildOutcome> outcomes(argument_lists.size());
  std::atomic<std::size_t> next{0};
  std::size_t over = 0;
  std::mutex telling;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < argument_lists.size(); i = next++) {
        outcomes[i] = run_child(program, argument_lists[i]);
        const std::lock_guard lock(telling);
        ++over;
        if (done) done(over);
      }
    } catch (...) {
      const std::lock_guard lock(telling);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < std::min(jobs, argument_lists.size()); ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
  return outcomes;
}

}  // namespace sparsim
