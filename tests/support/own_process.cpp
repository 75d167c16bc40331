#include "tests/support/own_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <stdexcept>

namespace sparsim {
namespace {

[[noreturn]] void answer(int to, const std::function<std::string()>& work) {
  std::string text;
  try {
    text = work();
  } catch (const std::exception& error) {
    text = error.what();
  }
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = ::write(to, text.data() + written, text.size() - written);
    if (count < 0) _exit(EXIT_FAILURE);
    written += static_cast<std::size_t>(count);
  }
  _exit(EXIT_SUCCESS);  // nothing of the parent's to be ended
}

}  // namespace

std::string in_own_process(const std::function<std::string()>& work) {
  std::array<int, 2> ends;
  if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) answer(ends[1], work);
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t count; (count = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) throw std::runtime_error("the process failed");
  return text;
}

}  // namespace sparsim
