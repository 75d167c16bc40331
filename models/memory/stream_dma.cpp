#include "models/memory/stream_dma.h"

#include <algorithm>

#include "models/core/shape.h"
#include "models/core/timed_burst.h"

namespace sparsim {
namespace {

std::int64_t chunks(const MemoryStream& stream) { return ceil_div(stream.image_bytes, stream.chunk_bytes); }

Transfer transfer(const MemoryStream& stream, std::size_t image, std::int64_t chunk, bool write) {
  Transfer t;
  t.write = write;
  t.address = stream.address + image % stream.stored_images * static_cast<std::uint64_t>(stream.image_bytes) +
              static_cast<std::uint64_t>(chunk * stream.chunk_bytes);
  t.row_bytes = std::min(stream.chunk_bytes, stream.image_bytes - chunk * stream.chunk_bytes);
  return t;
}

// Words of an image whose last byte lies in its first `count` chunks.
std::int64_t words_in(const MemoryStream& stream, std::int64_t count) {
  const std::int64_t bytes = std::min(count * stream.chunk_bytes, stream.image_bytes);
  return bytes * stream.image_words / stream.image_bytes;
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
  for (std::size_t image = 0; image < stream_.images; ++image) {
    if (image % images_a_start_ == 0) start.read();
    send_image(image);
  }
}

void StreamSource::ask(std::size_t image, std::int64_t chunk) {
  if (chunk >= chunks(stream_)) return;
  process_.sync();
  tickets_[static_cast<std::size_t>(chunk % descriptors_)] = dma.start(transfer(stream_, image, chunk, false));
}

void StreamSource::send_image(std::size_t image) {
  process_.sync();
  log_.starts.push_back(process_.now());
  const Activity before = dma.activity();
  for (std::int64_t chunk = 0; chunk < descriptors_; ++chunk) ask(image, chunk);
  for (std::int64_t chunk = 0; chunk < chunks(stream_); ++chunk) {
    process_.sync();
    dma.finish(tickets_[static_cast<std::size_t>(chunk % descriptors_)]);
    process_.catch_up("input from memory");
    send_words(words_in(stream_, chunk + 1) - words_in(stream_, chunk));
    ask(image, chunk + descriptors_);
  }
  log_.ends.push_back(process_.now());
  log_.activity.push_back(dma.activity() - before);
}

void StreamSource::send_words(std::int64_t count) {
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
    for (std::int64_t chunk = 0; chunk < chunks(stream_); ++chunk) {
      take_words(words_in(stream_, chunk + 1) - words_in(stream_, chunk));
      process_.sync();
      last = dma.start(transfer(stream_, image, chunk, true));
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
