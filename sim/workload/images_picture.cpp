// PNG and JPEG through libstb, PGM and PPM by hand: one picture a file.
#include <stb_image.h>

#include <memory>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/workload/images_file.h"

namespace sparsim {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 28;
const std::string kPng = "\x89PNG", kJpeg = "\xff\xd8\xff";

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

void check_extent(const std::string& path, std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1) input_error("{}: a picture of {}x{} pixels", path, width, height);
  if (width > kMostPixels || height > kMostPixels / width)
    input_error("{}: a picture of {}x{} pixels; at most {} pixels are decoded", path, width, height, kMostPixels);
}

/// A JPEG that stops early decodes to grey without a word. Every marker inside entropy-coded data is escaped, so a
/// whole file has an end marker behind its last scan.
bool is_whole_jpeg(const std::string& bytes) {
  const std::size_t scan = bytes.rfind("\xff\xda"), end = bytes.rfind("\xff\xd9");
  return scan != std::string::npos && end != std::string::npos && end > scan;
}

Image picture(const std::string& path, const ArrayShape& shape, const std::uint8_t* values) {
  return {base_name(path), std::nullopt, {{shape.channels, shape.height, shape.width}, channels_first(values, shape)}};
}

Image decode_with_stb(const std::string& path, const std::string& bytes) {
  const auto* const data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int length = static_cast<int>(bytes.size());  // kMostBytes fits
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(data, length, &width, &height, &channels))
    input_error("{}: not a picture: {}", path, stbi_failure_reason());
  check_extent(path, width, height);
  if (starts_with(bytes, kJpeg) && !is_whole_jpeg(bytes)) input_error("{}: not a picture: truncated", path);
  const int wanted = channels < 3 ? 1 : 3;  // transparency is dropped
  const std::unique_ptr<stbi_uc, void (*)(void*)> decoded(
      stbi_load_from_memory(data, length, &width, &height, &channels, wanted), stbi_image_free);
  if (!decoded) input_error("{}: not a picture: {}", path, stbi_failure_reason());
  return picture(path, {1, wanted, height, width, true}, decoded.get());
}

/// The next number of a PGM or PPM header, behind blanks and `#` comments; -1 where there is none below a million.
std::int64_t header_number(const std::string& bytes, std::size_t& at) {
  while (at < bytes.size() && (std::isspace(static_cast<unsigned char>(bytes[at])) || bytes[at] == '#')) {
    if (bytes[at] == '#') at = std::min(bytes.find('\n', at), bytes.size() - 1);
    ++at;
  }
  std::int64_t number = -1;
  for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9'; ++at) {
    number = std::max<std::int64_t>(number, 0) * 10 + (bytes[at] - '0');
    if (number >= 1'000'000) return -1;
  }
  return number;
}

Image decode_pnm(const std::string& path, const std::string& bytes) {
  std::size_t at = 2;
  const std::int64_t width = header_number(bytes, at), height = header_number(bytes, at);
  const std::int64_t white = header_number(bytes, at);
  check_extent(path, width, height);
  if (white != 255) input_error("{}: its greatest value is {}; 255 (one byte a value) is read", path, white);
  const std::int64_t channels = bytes[1] == '6' ? 3 : 1;
  const auto size = static_cast<std::size_t>(width * height * channels);
  ++at;  // one blank behind the header
  if (bytes.size() < at + size)
    input_error("{}: not a picture: truncated, {} of {} bytes", path, bytes.size() - std::min(at, bytes.size()), size);
  return picture(path, {1, channels, height, width, true}, reinterpret_cast<const std::uint8_t*>(bytes.data() + at));
}

class Picture : public ImageFile {
 public:
  explicit Picture(std::string path) : path_(std::move(path)) {}
  std::size_t size() const override { return 1; }

  Image get(std::size_t) const override {
    const std::string bytes = read_file(path_, kMostBytes);
    if (!is_picture(bytes)) input_error("{}: not a picture", path_);
    return bytes[0] == 'P' ? decode_pnm(path_, bytes) : decode_with_stb(path_, bytes);
  }

 private:
  std::string path_;
};

}  // namespace

const std::vector<std::string> kPictureExtensions{".png", ".jpg", ".jpeg", ".ppm", ".pgm"};

bool is_picture(const std::string& first_bytes) {
  return starts_with(first_bytes, kPng) || starts_with(first_bytes, kJpeg) || starts_with(first_bytes, "P5") ||
         starts_with(first_bytes, "P6");
}

std::unique_ptr<ImageFile> open_picture(const std::string& path) { return std::make_unique<Picture>(path); }

}  // namespace sparsim
