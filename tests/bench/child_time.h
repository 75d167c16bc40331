#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <ctime>

namespace sparsim {

// Processor time of this process: both sides are single threads, and other programs on the machine do not count.
inline double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct ChildRun {
  double seconds = -1;  // less than nothing: it failed
  double peak_megabytes = 0;
};

// Runs `work` in a child: what it took.
template <class Work>
ChildRun run_in_child(Work&& work) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    const double start = processor_seconds();
    work();
    const double seconds = processor_seconds() - start;
    _exit(write(ends[1], &seconds, sizeof seconds) == sizeof seconds ? 0 : 1);
  }
  close(ends[1]);
  ChildRun run;
  if (read(ends[0], &run.seconds, sizeof run.seconds) != sizeof run.seconds) run.seconds = -1;
  close(ends[0]);
  rusage usage{};
  wait4(child, nullptr, 0, &usage);
  run.peak_megabytes = static_cast<double>(usage.ru_maxrss) / 1024;
  return run;
}

}  // namespace sparsim
