// libsystemc owns main, so all benchmarks share this sc_main. Beside Google Benchmark's own output it prints a table of
// ratios: of benchmarks named baseline/ARGS and NAME/ARGS, how many times faster NAME is for the same ARGS: in
// processor time, the best of all repetitions (--benchmark_repetitions), since others use the machine, too.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <systemc>
#include <vector>

namespace {

class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
      const std::string& name = run.run_name.function_name;
      if (times_.count(name) == 0) names_.push_back(name);
      const double time =
          run.run_name.time_type == "manual_time" ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime();
      const auto [best, first] = times_[name].emplace(run.run_name.args, time);
      best->second = std::min(best->second, time);
      if (first && name == "baseline") args_.push_back(run.run_name.args);
    }
  }
  void Finalize() override {
    if (args_.empty()) return;
    std::printf("\nTimes faster than the baseline\n%-12s", "");
    for (const std::string& name : names_) std::printf(" %12s", name.c_str());
    for (const std::string& args : args_) {
      std::printf("\n%-12s", args.c_str());
      for (const std::string& name : names_) {
        const auto time = times_[name].find(args);
        if (time == times_[name].end())
          std::printf(" %12s", "-");
        else
          std::printf(" %12.1f", times_["baseline"][args] / time->second);
      }
    }
    std::printf("\n");
  }

 private:
  std::vector<std::string> names_, args_;  // in the order of their first run
  std::map<std::string, std::map<std::string, double>> times_;
};

}  // namespace

int sc_main(int argc, char* argv[]) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
