#include "models/memory/stream_dma.h"

#include <algorithm>

#include "models/core/shape.h"
#include "models/core/timed_burst.h"

namespace sparsim {
namespace {

std::int64_t bytes(const MemoryStream& stream, std::size_t images) {
  return stream.image_bytes * static_cast<std::int64_t>(images);
}

// Of images that lie one behind the other.
std::int64_t chunks(const MemoryStream& stream, std::size_t images) {
  return ceil_div(bytes(stream, images), stream.chunk_bytes);
}

Transfer transfer(const MemoryStream& stream, std::size_t first, std::size_t images, std::int64_t chunk, bool write) {
  const std::int64_t offset = chunk * stream.chunk_bytes;
  Transfer t;
  t.write = write;
  t.address = stream.address + static_cast<std::uint64_t>((bytes(stream, first % stream.stored_images) + offset) %
                                                          bytes(stream, stream.stored_images));
  t.row_bytes = std::min(stream.chunk_bytes, bytes(stream, images) - offset);
  return t;
}

// Words whose last byte lies in the first `count` chunks.
std::int64_t words_in(const MemoryStream& stream, std::size_t images, std::int64_t count) {
  return std::min(count * stream.chunk_bytes, bytes(stream, images)) * stream.image_words / stream.image_bytes;
}

}  // namespace

StreamSource::StreamSource(const sc_core::sc_module_name& name, const DmaConfig& config, const MemoryStream& stream,
                           std::size_t images_a_start, Cycles interval)
    : sc_module(name),
      process_("process", [this] { run(); }),
      dma("dma", config),
      descriptors_(config.descriptors),
      stream_(stream),
      images_a_start_(images_a_start),
      interval_(interval),
      tickets_(static_cast<std::size_t>(config.descriptors)) {
  process_.may_lag();
}

void StreamSource::run() {
  for (std::size_t image = 0; image < stream_.images;) {
    start.read();
    std::size_t left = std::min(images_a_start_, stream_.images - image);
    for (std::size_t count = 0; left > 0; left -= count, image += count) {
      count = left % stream_.transfer_images == 0 ? stream_.transfer_images : 1;
      send_images(image, count);
    }
  }
}

void StreamSource::ask(std::size_t first, std::size_t count, std::int64_t chunk) {
  if (chunk >= chunks(stream_, count)) return;
  process_.sync();
  for (auto image = static_cast<std::int64_t>(log_.starts.size() - first);
       image < static_cast<std::int64_t>(count) && image * stream_.image_bytes < (chunk + 1) * stream_.chunk_bytes;
       ++image)
    log_.starts.push_back(process_.now());
  tickets_[static_cast<std::size_t>(chunk % descriptors_)] = dma.start(transfer(stream_, first, count, chunk, false));
}

void StreamSource::send_images(std::size_t first, std::size_t count) {
  for (std::int64_t chunk = 0; chunk < descriptors_; ++chunk) ask(first, count, chunk);
  for (std::int64_t chunk = 0; chunk < chunks(stream_, count); ++chunk) {
    process_.sync();
    dma.finish(tickets_[static_cast<std::size_t>(chunk % descriptors_)]);
    process_.catch_up("input from memory");
    send_words(words_in(stream_, count, chunk + 1) - words_in(stream_, count, chunk));
    ask(first, count, chunk + descriptors_);
  }
}

// Up to the end of each image that ends with one of them.
void StreamSource::send_words(std::int64_t count) {
  while (count > 0) {
    const std::int64_t run = std::min(count, stream_.image_words - words_sent_ % stream_.image_words);
    send_run(run);
    count -= run;
    if (words_sent_ % stream_.image_words != 0) continue;
    log_.ends.push_back(process_.now());
    log_.activity.push_back(dma.activity() - logged_);
    logged_ = dma.activity();
  }
}

void StreamSource::send_run(std::int64_t count) {
  const auto earliest = [this] { return words_sent_ * interval_ / stream_.image_words; };
  while (count > 0) {
    output.await();
    if (process_.traced()) {
      process_.advance_to(earliest());
      output.write();
      process_.advance(1);
      ++words_sent_;
      --count;
      continue;
    }
    Cycles date = process_.now();
    {
      BurstOut out(output);
      for (; count > 0 && out.ready() != 0; --count, ++words_sent_) {
        const Cycles asked = std::max(date, earliest()), written = std::max(asked, out.freed());
        if (written > process_.limit()) break;
        out.enter(written, 0, asked);
        date = written + 1;
      }
    }
    process_.advance_to(date);
    if (count > 0 && output.ready() != 0) process_.advance_to(process_.limit() + 1);  // await() ends it there
  }
}

StreamSink::StreamSink(const sc_core::sc_module_name& name, const DmaConfig& config, const MemoryStream& stream)
    : sc_module(name),
      process_("process", [this] { run(); }),
      completion_("completion", [this] { complete(); }),
      dma("dma", config),
      stream_(stream),
      last_transfers_("last_transfers", 2, 0, 0) {
  process_.may_lag();
  to_completion_.bind(last_transfers_);
  from_process_.bind(last_transfers_);
}

void StreamSink::run() {
  for (std::size_t image = 0; image < stream_.images; ++image) {
    DmaEngine::Ticket last = 0;
    for (std::int64_t chunk = 0; chunk < chunks(stream_, 1); ++chunk) {
      take_words(words_in(stream_, 1, chunk + 1) - words_in(stream_, 1, chunk));
      process_.sync();
      last = dma.start(transfer(stream_, image, 1, chunk, true));
      process_.catch_up("result to memory");
    }
    to_completion_.write(last);
  }
}

void StreamSink::take_words(std::int64_t count) {
  for (; count > 0; --count) {
    input.read();
    process_.advance(1);
  }
}

void StreamSink::complete() {
  Activity before;
  for (std::size_t image = 0; image < stream_.images; ++image) {
    const DmaEngine::Ticket ticket = from_process_.read();
    completion_.sync();
    dma.finish(ticket);
    completion_.catch_up("result to memory");
    log_.ends.push_back(completion_.now());
    log_.activity.push_back(dma.activity() - before);
    before = dma.activity();
    done.write();
  }
}

WeightStream::WeightStream(const sc_core::sc_module_name& name, const DmaConfig& config, const MemoryStream& stream,
                           std::int64_t period)
    : sc_module(name),
      process_("process", [this] { run(); }),
      dma("dma", config),
      descriptors_(config.descriptors),
      stream_(stream),
      period_(period),
      tickets_(static_cast<std::size_t>(config.descriptors)) {
  process_.may_lag();
}

void WeightStream::run() {
  const std::int64_t all = stream_.image_words * static_cast<std::int64_t>(stream_.images);
  const auto ask = [&](std::int64_t chunk) {
    if (chunk >= all) return;
    process_.sync();
    Transfer t;
    t.address = stream_.address + static_cast<std::uint64_t>(chunk % period_ * stream_.chunk_bytes);
    t.row_bytes = stream_.chunk_bytes;
    tickets_[static_cast<std::size_t>(chunk % descriptors_)] = dma.start(t);
  };
  for (std::int64_t chunk = 0; chunk < descriptors_; ++chunk) ask(chunk);
  for (std::int64_t chunk = 0; chunk < all; ++chunk) {
    process_.sync();
    dma.finish(tickets_[static_cast<std::size_t>(chunk % descriptors_)]);
    process_.catch_up("weights from memory");
    output.write();
    ask(chunk + descriptors_);
  }
}

}  // namespace sparsim
