#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/core/shape.h"
#include "sim/workload/tensor.h"

namespace sparsim {

/// One input of a network, as its file holds it.
struct Image {
  std::string name;                   // the file's name; with [i] behind it where the file holds several
  std::optional<std::int32_t> label;  // class, from 0
  Tensor values;                      // [channels][height][width]; pixels as 0..255, colours as RGB
};

/// Where the channels stand among the axes of an array file (.npy, .pb, IDX with four axes).
enum class ChannelAxis { first, last };

/// A picture of more pixels than this is refused before it is decoded.
constexpr std::int64_t kMostPixels = std::int64_t{1} << 26;

/// The file formats that Images reads, for --help and for messages.
extern const char* const kImageFormats;

class ImageFile;

/// The IMAGES of a command line, in its order: files and directories of pictures (sorted by name). Images are read
/// when asked for and not kept. Every member throws an InputError that names the file.
class Images {
 public:
  /// `labels_file`: IDX1, text with one class a line, or CSV lines `image name,class`; it wins over labels inside the
  /// image files and over the IDX labels that lie beside IDX images. Empty: none.
  /// `network`: the input of the network that they are for; event lists, which do not say how large they are, need it.
  explicit Images(const std::vector<std::string>& paths, const std::string& labels_file = "",
                  ChannelAxis channels = ChannelAxis::first, const std::optional<MapShape>& network = {});
  Images(Images&&) noexcept;
  ~Images();

  std::size_t size() const { return size_; }
  Image get(std::size_t i) const;

 private:
  std::vector<std::unique_ptr<ImageFile>> files_;
  std::vector<std::size_t> first_;  // the position of each file's first image
  std::string labels_file_;
  std::vector<std::int32_t> labels_;                   // where the labels file has them in order,
  std::map<std::string, std::int32_t> label_by_name_;  // or by name
  std::size_t size_ = 0;
};

}  // namespace sparsim
