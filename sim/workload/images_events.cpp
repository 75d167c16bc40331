// Lists of the active pixels of many images: `event,row,col,value` lines.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <tuple>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/workload/images_file.h"

namespace sparsim {
namespace {

constexpr std::string_view kHeader = "event,row,col,value";
constexpr std::size_t kMostBytes = std::size_t{1} << 28;
constexpr std::int64_t kMostEvents = 1'000'000;

struct EventPixel {
  std::int64_t event = 0, row = 0, column = 0;
  float value = 0;
  std::size_t line = 0;

  auto place() const { return std::tie(event, row, column); }
};

/// One line of a file, and what is wrong with it.
class Line {
 public:
  Line(const std::string& path, std::size_t number, std::string_view text)
      : path_(path), number_(number), text_(text) {}

  EventPixel pixel(const MapShape& shape) const {
    std::array<std::string_view, 4> cells;
    if (std::count(text_.begin(), text_.end(), ',') != 3) fail("'{}': must be four numbers, {}", text_, kHeader);
    std::size_t from = 0;
    for (std::string_view& cell : cells) {
      cell = text_.substr(from, text_.find(',', from) - from);
      from += cell.size() + 1;
    }
    EventPixel pixel;
    pixel.line = number_;
    pixel.event = whole("event", cells[0], kMostEvents);
    pixel.row = whole("row", cells[1], shape.height);
    pixel.column = whole("col", cells[2], shape.width);
    pixel.value = number(cells[3]);
    return pixel;
  }

  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    input_error("{}:{}: {}", path_, number_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

 private:
  std::int64_t whole(const char* name, std::string_view text, std::int64_t limit) const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value >= limit)
      fail("{} '{}': must be a whole number in 0..{}", name, text, limit - 1);
    return value;
  }

  float number(std::string_view text) const {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= 0) ||
        !std::isfinite(static_cast<float>(value)))
      fail("value '{}': must be a number, 0 or above", text);
    return static_cast<float>(value);
  }

  const std::string& path_;
  std::size_t number_;
  std::string_view text_;
};

std::vector<EventPixel> read_events(const std::string& path, const MapShape& shape) {
  const std::string text = read_file(path, kMostBytes);
  std::vector<EventPixel> pixels;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view content = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!content.empty() && content.back() == '\r') content.remove_suffix(1);
    const Line line(path, ++number, content);
    if (number == 1 && content != kHeader) line.fail("'{}': the first line must be {}", content.substr(0, 80), kHeader);
    if (number > 1 && !content.empty()) pixels.push_back(line.pixel(shape));
  }
  if (pixels.empty()) input_error("{}: no events behind its header", path);
  const auto before = [](const EventPixel& a, const EventPixel& b) { return a.place() < b.place(); };
  std::stable_sort(pixels.begin(), pixels.end(), before);
  const auto same = std::adjacent_find(pixels.begin(), pixels.end(),
                                       [](const auto& a, const auto& b) { return a.place() == b.place(); });
  if (same != pixels.end())
    input_error("{}:{}: row {}, col {} of event {} stands in line {}, too; a pixel has one value", path,
                std::next(same)->line, same->row, same->column, same->event, same->line);
  return pixels;
}

class EventFile : public ImageFile {
 public:
  EventFile(std::string path, const MapShape& shape)
      : path_(std::move(path)), shape_(shape), pixels_(read_events(path_, shape)) {}

  std::size_t size() const override { return static_cast<std::size_t>(pixels_.back().event) + 1; }

  Image get(std::size_t i) const override {
    Image image;
    image.name = image_name(path_, i, size());
    image.values.shape = {1, shape_.height, shape_.width};
    image.values.values.resize(static_cast<std::size_t>(shape_.pixels()));
    const auto event = static_cast<std::int64_t>(i);
    auto pixel = std::lower_bound(pixels_.begin(), pixels_.end(), event,
                                  [](const EventPixel& p, std::int64_t e) { return p.event < e; });
    for (; pixel != pixels_.end() && pixel->event == event; ++pixel)
      image.values.values[static_cast<std::size_t>(pixel->row * shape_.width + pixel->column)] = pixel->value;
    return image;
  }

 private:
  std::string path_;
  MapShape shape_;
  std::vector<EventPixel> pixels_;  // in the order of events, rows, columns
};

}  // namespace

std::unique_ptr<ImageFile> open_events(const std::string& path, const std::optional<MapShape>& shape) {
  if (!shape) input_error("{}: lists of events do not say how large their images are: the network must", path);
  if (shape->channels != 1)
    input_error("{}: events are images of one channel, but the network takes {} (height x width x channels)", path,
                to_string(*shape));
  if (shape->height > kMostPixels / shape->width)
    input_error("{}: images of {}x{} pixels; up to {} are read", path, shape->height, shape->width, kMostPixels);
  return std::make_unique<EventFile>(path, *shape);
}

}  // namespace sparsim
