#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <systemc>

#include "models/core/error.h"
#include "sim/config/accelerator.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"
#include "sim/sweep/experiment.h"
#include "sim/workload/network_yaml.h"

namespace sparsim {
namespace {

/// A copy of the shipped files around one file that is the input, so that each reader meets it in its place: the file
/// itself, or the one that a sound file names.
class Files {
 public:
  Files() {
    for (const char* folder : {"accelerators", "devices"})
      std::filesystem::copy(std::filesystem::path(SPARSIM_SOURCE_DIR "/configs") / folder, directory_.file(folder));
    derive("zedboard.yaml", "xc7z020.yaml", "input.yaml", "board-of-device.yaml");
    derive("zedboard.yaml", "cortex-a9.yaml", "input.yaml", "board-of-host.yaml");
    derive("xc7z020.yaml", "series7.yaml", "input.yaml", "device-of-technology.yaml");
    derive("zedboard.yaml", "xc7z020.yaml", "device-of-technology.yaml", "board-of-technology.yaml");
    std::filesystem::create_symlink(device("input.yaml"), accelerator());
  }

  std::string accelerator() const { return directory_.file("accelerators/input.yaml"); }
  std::string device(const std::string& name) const { return directory_.file("devices/" + name); }

 private:
  // `to` is `from` with one file name replaced.
  void derive(const std::string& from, const std::string& replaced, const std::string& by, const std::string& to) {
    std::string text = read_file(device(from), 1 << 20);
    const std::size_t at = text.find(replaced);
    SPARSIM_CHECK(at != std::string::npos, "{} does not name {}", from, replaced);
    write_file(device(to), text.replace(at, replaced.size(), by));
  }

  TemporaryDirectory directory_;
};

template <class Read>
void expect_input_error_at_most(Read&& read) {
  try {
    read();
  } catch (const InputError&) {
  }
}

}  // namespace
}  // namespace sparsim

// Any bytes are a configuration or an InputError, whichever file they stand in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sparsim;
  static const Files files;
  write_file(files.device("input.yaml"), {reinterpret_cast<const char*>(data), size});
  expect_input_error_at_most([] { load_accelerator(files.accelerator()); });
  expect_input_error_at_most([] { load_experiment(files.accelerator()); });
  expect_input_error_at_most([] { load_network(files.accelerator()); });
  for (const char* board : {"input.yaml", "board-of-device.yaml", "board-of-host.yaml", "board-of-technology.yaml"})
    expect_input_error_at_most([&] { load_board(files.device(board)); });
  return 0;
}

// Accelerators bring libsystemc, which asks for an sc_main; libFuzzer's main is the one that runs.
int sc_main(int, char*[]) { return 1; }
