#pragma once

#include <memory>
#include <random>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/region.h"
#include "models/core/timed_fifo.h"

namespace sparsim::testing_networks {

/// What a process does with each item, one step after the other; in a step, with all ports at once or each for itself.
struct Step {
  enum Kind { read_all, read_each, work, write_all, write_each } kind;
  std::vector<std::size_t> fifos;
  std::vector<Cycles> durations = {};  // of work, per item
};
struct Program {
  std::vector<Step> steps;
};

/// Processes in the order of the flow, so that who reads a FIFO stands behind who writes it.
struct Network {
  std::vector<Program> programs;
  std::size_t fifos = 0, items = 0, depth = 1;
  Cycles forward = 0, backward = 0;
};

/// The dates at which each process ended each of its steps: dates[process][item * steps + step].
using Dates = std::vector<std::vector<Cycles>>;

struct Outcome {
  Dates dates;
  std::vector<std::size_t> high_water;  // per FIFO
};

/// The most items at a time, by its definition: of all items, those before it that are still there when it enters.
inline std::size_t high_water(const std::vector<Cycles>& entered, const std::vector<Cycles>& left) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < entered.size(); ++i) {
    std::size_t there = 1;
    for (std::size_t j = 0; j < i; ++j) there += left[j] > entered[i];
    most = std::max(most, there);
  }
  return most;
}

/// What a process waited for at a FIFO, from the dates of its steps.
struct Wait {
  std::size_t fifo;
  bool reading;
  Cycles cycles;
};
/// All waits at steps of a single port: there, the whole step is spent waiting. (Where several ports are waited for at
/// once, the share of each is a matter of the order in which one looks.)
inline std::vector<Wait> waits(const Network& network, const Dates& dates) {
  std::vector<Wait> found;
  for (std::size_t p = 0; p < network.programs.size(); ++p) {
    const std::vector<Step>& steps = network.programs[p].steps;
    for (std::size_t s = 0; s < steps.size(); ++s) {
      if (steps[s].fifos.size() != 1) continue;
      Wait wait{steps[s].fifos[0], steps[s].kind == Step::read_all || steps[s].kind == Step::read_each, 0};
      for (std::size_t i = s; i < dates[p].size(); i += steps.size())
        wait.cycles += dates[p][i] - (i == 0 ? 0 : dates[p][i - 1]);
      found.push_back(wait);
    }
  }
  return found;
}

/// Registered FIFOs (forward 1) cycle by cycle: counters and nothing else. Every cycle the processes act once, the last
/// first, so that with combinational ready (backward 0) a writer sees what was read in the same cycle.
inline Outcome simulate_cycles(const Network& network) {
  struct Fifo {
    std::size_t count = 0, pushed = 0, popped = 0, most = 0;
  };
  struct State {
    std::size_t step = 0, item = 0;
    Cycles work_left = -1;   // -1: not begun
    std::vector<bool> done;  // ports of this step
  };
  std::vector<Fifo> fifos(network.fifos);
  std::vector<State> states(network.programs.size());
  Outcome outcome{Dates(network.programs.size()), {}};
  const auto can_read = [&](std::size_t f) { return fifos[f].count > fifos[f].popped; };
  const auto can_write = [&](std::size_t f) {
    return fifos[f].count + fifos[f].pushed < network.depth + (network.backward == 0 ? fifos[f].popped : 0);
  };
  bool busy = true;
  for (Cycles now = 0; busy; ++now) {
    busy = false;
    for (std::size_t p = states.size(); p-- > 0;) {
      State& state = states[p];
      const std::vector<Step>& steps = network.programs[p].steps;
      while (state.item < network.items) {
        const Step& step = steps[state.step];
        const bool reads = step.kind == Step::read_all || step.kind == Step::read_each;
        if (step.kind == Step::work) {
          if (state.work_left < 0) state.work_left = step.durations[state.item];
          if (state.work_left-- > 0) break;  // this cycle is spent on it
          state.work_left = -1;
        } else {
          state.done.resize(step.fifos.size());
          bool all = true;
          for (std::size_t i = 0; i < step.fifos.size(); ++i)
            all = all && (state.done[i] || (reads ? can_read(step.fifos[i]) : can_write(step.fifos[i])));
          const bool each = step.kind == Step::read_each || step.kind == Step::write_each;
          for (std::size_t i = 0; i < step.fifos.size(); ++i) {
            Fifo& fifo = fifos[step.fifos[i]];
            if (state.done[i] || !(all || (each && (reads ? can_read(step.fifos[i]) : can_write(step.fifos[i])))))
              continue;
            ++(reads ? fifo.popped : fifo.pushed);
            state.done[i] = true;
          }
          if (!all) break;
          state.done.clear();
        }
        outcome.dates[p].push_back(now);
        if (++state.step == steps.size()) state.step = 0, ++state.item;
      }
      busy = busy || state.item < network.items;
    }
    for (Fifo& fifo : fifos) {
      fifo.count += fifo.pushed - fifo.popped;
      fifo.pushed = fifo.popped = 0;
      fifo.most = std::max(fifo.most, fifo.count);
    }
  }
  for (const Fifo& fifo : fifos) outcome.high_water.push_back(fifo.most);
  return outcome;
}

/// sc_fifo and wait: an SC_THREAD a process.
class NaiveNetwork : public sc_core::sc_module {
 public:
  NaiveNetwork(const sc_core::sc_module_name& name, const Network& network) : sc_module(name), network_(network) {
    for (std::size_t i = 0; i < network.fifos; ++i)
      fifos_.push_back(std::make_unique<sc_core::sc_fifo<char>>(static_cast<int>(network.depth)));
    dates_.resize(network.programs.size());
    entered_.resize(network.fifos);
    left_.resize(network.fifos);
    for (std::size_t p = 0; p < network.programs.size(); ++p) sc_core::sc_spawn([this, p] { run(p); });
  }
  Outcome outcome() const {
    Outcome outcome{dates_, {}};
    for (std::size_t i = 0; i < fifos_.size(); ++i) outcome.high_water.push_back(high_water(entered_[i], left_[i]));
    return outcome;
  }

 private:
  bool can(const Step& step, std::size_t f) const {
    const bool reads = step.kind == Step::read_all || step.kind == Step::read_each;
    return (reads ? fifos_[f]->num_available() : fifos_[f]->num_free()) > 0;
  }
  void act(const Step& step, std::size_t f) {
    if (step.kind == Step::read_all || step.kind == Step::read_each) {
      fifos_[f]->read();
      left_[f].push_back(kernel_cycle());
    } else {
      fifos_[f]->write(0);
      entered_[f].push_back(kernel_cycle());
    }
  }
  void wait_for(const Step& step, std::size_t f) {
    const bool reads = step.kind == Step::read_all || step.kind == Step::read_each;
    sc_core::wait(reads ? fifos_[f]->data_written_event() : fifos_[f]->data_read_event());
  }
  void run(std::size_t p) {
    for (std::size_t item = 0; item < network_.items; ++item)
      for (const Step& step : network_.programs[p].steps) {
        if (step.kind == Step::work) {
          if (step.durations[item] != 0) sc_core::wait(kernel_time(step.durations[item]));
        } else if (step.kind == Step::read_all || step.kind == Step::write_all) {
          for (const std::size_t f : step.fifos)
            while (!can(step, f)) wait_for(step, f);
          for (const std::size_t f : step.fifos) act(step, f);
        } else {
          std::vector<std::size_t> left = step.fifos;
          while (!left.empty()) {
            std::vector<std::size_t> later;
            for (const std::size_t f : left) can(step, f) ? act(step, f) : later.push_back(f);
            left = later;
            sc_core::sc_event_or_list any;
            for (const std::size_t f : left)
              any |= step.kind == Step::read_each ? fifos_[f]->data_written_event() : fifos_[f]->data_read_event();
            if (!left.empty()) sc_core::wait(any);
          }
        }
        dates_[p].push_back(kernel_cycle());
      }
  }

  const Network network_;
  std::vector<std::unique_ptr<sc_core::sc_fifo<char>>> fifos_;
  Dates dates_;
  std::vector<std::vector<Cycles>> entered_, left_;
};

/// A program on TimedFifos; the same code in a region and as an SC_THREAD.
class TimedProgram : public TimedProcess {
 public:
  TimedProgram(const sc_core::sc_module_name& name, const Program& program, std::size_t items,
               std::vector<std::unique_ptr<TimedFifo<std::size_t>>>& fifos)
      : TimedProcess(name), program_(program), items_(items), in_(fifos.size()), out_(fifos.size()) {
    for (const Step& step : program.steps)
      for (const std::size_t f : step.fifos) {
        if (step.kind == Step::read_all || step.kind == Step::read_each) {
          in_[f] = std::make_unique<TimedIn<std::size_t>>(sc_core::sc_gen_unique_name("in"), *this);
          in_[f]->bind(*fifos[f]);
        } else {
          out_[f] = std::make_unique<TimedOut<std::size_t>>(sc_core::sc_gen_unique_name("out"), *this);
          out_[f]->bind(*fifos[f]);
        }
      }
  }
  const std::vector<Cycles>& dates() const { return dates_; }

 private:
  bool step() override {
    for (; item_ < items_; ++item_, step_ = 0)
      for (; step_ < program_.steps.size(); ++step_, port_ = 0) {
        if (!do_step(program_.steps[step_])) return false;
        dates_.push_back(now());
      }
    return true;
  }
  bool do_step(const Step& step) {
    switch (step.kind) {
      case Step::work:
        advance(step.durations[item_]);
        break;
      case Step::read_all:
        for (const std::size_t f : step.fifos)
          if (!in_[f]->await()) return false;
        for (const std::size_t f : step.fifos) check(in_[f]->front());
        for (const std::size_t f : step.fifos) in_[f]->pop();
        break;
      case Step::write_all:
        for (const std::size_t f : step.fifos)
          if (!out_[f]->await()) return false;
        for (const std::size_t f : step.fifos) out_[f]->claim();
        for (const std::size_t f : step.fifos) out_[f]->write(item_);
        break;
      case Step::read_each:
        for (; port_ < step.fifos.size(); ++port_) {
          if (!in_[step.fifos[port_]]->await()) return false;
          check(in_[step.fifos[port_]]->take());
        }
        meet();
        break;
      case Step::write_each:
        for (; port_ < step.fifos.size(); ++port_) {
          if (!out_[step.fifos[port_]]->await()) return false;
          out_[step.fifos[port_]]->put(item_);
        }
        meet();
        break;
    }
    return true;
  }
  void check(std::size_t item) const { SPARSIM_CHECK(item == item_, "{}: item {} came as {}", name(), item, item_); }

  const Program program_;
  const std::size_t items_;
  std::vector<std::unique_ptr<TimedIn<std::size_t>>> in_;
  std::vector<std::unique_ptr<TimedOut<std::size_t>>> out_;
  std::size_t item_ = 0, step_ = 0, port_ = 0;
  std::vector<Cycles> dates_;
};

/// Who runs the processes of a network.
enum class Users { region, threads, mixed };  // mixed: every other process in the region

class TimedNetwork : public sc_core::sc_module {
 public:
  TimedNetwork(const sc_core::sc_module_name& name, const Network& network, Users users)
      : sc_module(name), region_("region") {
    for (std::size_t i = 0; i < network.fifos; ++i)
      fifos_.push_back(std::make_unique<TimedFifo<std::size_t>>(("fifo" + std::to_string(i)).c_str(), network.depth,
                                                                network.forward, network.backward));
    for (std::size_t p = 0; p < network.programs.size(); ++p) {
      programs_.push_back(std::make_unique<TimedProgram>(("process" + std::to_string(p)).c_str(), network.programs[p],
                                                         network.items, fifos_));
      if (users == Users::region || (users == Users::mixed && p % 2 == 0)) region_.add(*programs_.back());
    }
  }
  Outcome outcome() const {
    Outcome outcome;
    for (const auto& program : programs_) outcome.dates.push_back(program->dates());
    for (const auto& fifo : fifos_) outcome.high_water.push_back(fifo->counters().high_water);
    return outcome;
  }
  TimedFifo<std::size_t>& fifo(std::size_t i) { return *fifos_[i]; }

 private:
  Region region_;
  std::vector<std::unique_ptr<TimedFifo<std::size_t>>> fifos_;
  std::vector<std::unique_ptr<TimedProgram>> programs_;
};

/// Random work of 0 to `most` cycles an item.
inline Step random_work(std::mt19937& random, std::size_t items, Cycles most) {
  Step step{Step::work, {}, std::vector<Cycles>(items)};
  std::uniform_int_distribution<Cycles> cycles(0, most);
  for (Cycles& c : step.durations) c = cycles(random);
  return step;
}

/// source -> stages -> sink.
inline Network pipeline(std::mt19937& random, std::size_t stages, std::size_t items) {
  Network network;
  network.items = items;
  network.fifos = stages + 1;
  network.programs.push_back({{random_work(random, items, 9), {Step::write_all, {0}}}});
  for (std::size_t i = 0; i < stages; ++i)
    network.programs.push_back({{{Step::read_all, {i}}, random_work(random, items, 9), {Step::write_all, {i + 1}}}});
  network.programs.push_back({{{Step::read_all, {stages}}, random_work(random, items, 9)}});
  return network;
}

/// A fork into three branches of no, one and two stages, and the join where they meet again.
inline Network diamond(std::mt19937& random, Step::Kind fork, Step::Kind join, std::size_t items) {
  Network network;
  network.items = items;
  network.fifos = 8;
  const auto work = [&](Cycles most) { return random_work(random, items, most); };
  network.programs = {
      {{work(6), {Step::write_all, {0}}}},
      {{{Step::read_all, {0}}, work(3), {fork, {1, 2, 4}}}},
      {{{Step::read_all, {2}}, work(12), {Step::write_all, {3}}}},
      {{{Step::read_all, {4}}, work(7), {Step::write_all, {5}}}},
      {{{Step::read_all, {5}}, work(9), {Step::write_all, {6}}}},
      {{{join, {1, 3, 6}}, work(4), {Step::write_all, {7}}}},
      {{{Step::read_all, {7}}, work(8)}},
  };
  return network;
}

}  // namespace sparsim::testing_networks
