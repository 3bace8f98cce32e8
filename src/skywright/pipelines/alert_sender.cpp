#include "skywright/pipelines/alert_sender.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/base/hash.h"
#include "skywright/io/atomic_file.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostOpenBytes = std::size_t{256} << 20;  ///< further files wait on disk
constexpr int kIndexBits = 24;  ///< of a ticket: the packet; above them the file
constexpr double kRetryAfter = 1.0;
constexpr double kSyncEvery = 1.0;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The record's file: brokers, topic and filter, as far as a file may be named so.
fs::path record_file(const fs::path& folder, const alerts::KafkaUrl& url,
                     const std::optional<std::string>& filter) {
  std::string name = url.name();
  for (char& c : name)
    if (c == '/' || c == ',') c = '_';
  if (filter) name += fmt::format(".{:016x}", text_hash(*filter));
  return folder / (name + ".log");
}

}  // namespace

AlertSender::AlertSender(const std::string& url, const fs::path& records,
                         std::optional<std::string> filter)
    : url_(alerts::parse_kafka_url(url)), sieve_(filter) {
  producer_ = std::make_unique<alerts::KafkaProducer>(url_);
  if (!records.empty())
    receipts_ = std::make_unique<AlertReceipts>(record_file(records, url_, filter));
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

AlertSender::~AlertSender() {
  thread_.request_stop();
  changed_.notify_all();
}

void AlertSender::offer(const std::vector<File>& files) {
  const std::lock_guard lock(mutex_);
  offered_.insert(offered_.end(), files.begin(), files.end());
  shown_.files_waiting += files.size();
  changed_.notify_all();
}

AlertSender::State AlertSender::state() const {
  const std::lock_guard lock(mutex_);
  return shown_;
}

AlertSender::State AlertSender::finish(double patience_s, const Execution& execution) {
  const double until = now() + patience_s;
  std::unique_lock lock(mutex_);
  while (!ended_ && (shown_.waiting > 0 || shown_.files_waiting > 0) && now() < until &&
         !execution.stop_requested()) {
    changed_.wait_for(lock, std::chrono::milliseconds(100));
    const State state = shown_;
    lock.unlock();
    execution.report("send", state.acknowledged, state.acknowledged + state.waiting);
    lock.lock();
  }
  if (failure_) std::rethrow_exception(failure_);
  return shown_;
}

void AlertSender::run(const std::stop_token& stop) {
  try {
    while (!stop.stop_requested()) {
      step();
      publish_state();
      std::unique_lock lock(mutex_);
      if (open_.empty() && offered_.empty())
        changed_.wait(lock, stop, [&] { return !offered_.empty(); });
    }
    if (receipts_) receipts_->sync();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    ended_ = true;
    changed_.notify_all();
  }
}

/// One that keeps no other back; whoever finishes is told.
void AlertSender::remember_failure() {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::current_exception();
}

void AlertSender::step() {
  while (open_bytes_ < kMostOpenBytes && open_next()) {
  }
  const bool all_handed_over = feed();
  // A full producer has room again as soon as something is reported.
  take_reports(open_.empty() ? 0 : all_handed_over ? 50 : 5);
  if (producer_->broken()) start_anew();
  if (receipts_ && now() > synced_at_ + kSyncEvery) {
    receipts_->sync();
    synced_at_ = now();
  }
}

bool AlertSender::open_next() {
  File file;
  {
    const std::lock_guard lock(mutex_);
    if (offered_.empty()) return false;
    file = offered_.front();
    offered_.pop_front();
  }
  try {
    open(std::move(file));
  } catch (const InputError&) {
    remember_failure();
  }
  return true;
}

void AlertSender::open(File file) {
  if (receipts_)
    if (const auto whole = receipts_->whole(file.name)) {
      own_.earlier += *whole;
      return;
    }
  const alerts::AvroBlocks blocks(io::read_whole_file(file.path), file.path.string());
  KeptPackets kept = sieve_.keep(blocks, Execution());
  if (kept.packets.size() >= (std::size_t{1} << kIndexBits))
    throw InputError(file.path.string(), "holds more packets than a stream takes of one file",
                     "cut it with `skywright alerts filter`");
  const std::string& schema = blocks.metadata().at("avro.schema");
  auto form = forms_.find(schema);
  if (form == forms_.end()) form = forms_.try_emplace(schema, schema, url_.form).first;
  Open made{.file = std::move(file), .form = &form->second};
  made.packets = std::move(kept.packets);
  made.ids = std::move(kept.ids);
  // Backwards, as packets are taken from the end.
  for (std::size_t i = made.packets.size(); i-- > 0;) {
    if (receipts_ && receipts_->contains(made.file.name, i)) {
      ++own_.earlier;
      made.packets[i] = {};
      continue;
    }
    made.to_send.push_back(i);
    open_bytes_ += made.packets[i].size();
  }
  made.left = made.to_send.size();
  own_.waiting += made.left;
  if (made.left > 0)
    open_.emplace(next_number_++, std::move(made));
  else if (receipts_)
    receipts_->add_whole(made.file.name, made.packets.size());
}

bool AlertSender::feed() {
  if (now() < retry_at_) return true;
  for (auto& [number, open] : open_) {
    while (!open.to_send.empty()) {
      const std::size_t index = open.to_send.back();
      const std::string key = std::to_string(open.ids[index]);
      const std::string_view bytes = open.form->message(open.packets[index], key);
      try {
        if (producer_->send(key, bytes, (number << kIndexBits) | index) ==
            alerts::KafkaProducer::Sent::full)
          return false;
      } catch (const InputError&) {
        remember_failure();
        --own_.waiting;  // for nothing: it stays off the record, and so does its file as a whole
        open_bytes_ -= open.packets[index].size();
        open.packets[index] = {};  // nor is it tried again by a new producer
      }
      open.to_send.pop_back();
    }
  }
  return true;
}

void AlertSender::take_reports(int milliseconds) {
  for (const alerts::KafkaProducer::Report& report : producer_->poll(milliseconds)) {
    const auto it = open_.find(report.ticket >> kIndexBits);
    if (it == open_.end()) continue;
    Open& open = it->second;
    const std::size_t index = report.ticket & ((std::uint64_t{1} << kIndexBits) - 1);
    if (!report.acknowledged) {
      open.to_send.push_back(index);
      retry_at_ = now() + kRetryAfter;
      continue;
    }
    own_.bytes += static_cast<double>(open.packets[index].size());
    open_bytes_ -= open.packets[index].size();
    open.packets[index] = {};
    ++own_.acknowledged;
    --own_.waiting;
    if (receipts_) receipts_->add(open.file.name, index);
    if (--open.left == 0) {
      if (receipts_) receipts_->add_whole(open.file.name, open.packets.size());
      open_.erase(it);
    }
  }
  if (receipts_) receipts_->flush();
  own_.trouble = producer_->trouble();
}

/// A producer that lost its place in the broker's order is replaced; what it held goes out again.
void AlertSender::start_anew() {
  producer_ = std::make_unique<alerts::KafkaProducer>(url_);
  retry_at_ = now() + kRetryAfter;
  for (auto& [number, open] : open_) {
    open.to_send.clear();
    for (std::size_t i = open.packets.size(); i-- > 0;)
      if (!open.packets[i].empty()) open.to_send.push_back(i);
  }
}

void AlertSender::publish_state() {
  const std::lock_guard lock(mutex_);
  shown_ = own_;
  shown_.files_waiting = offered_.size();
  changed_.notify_all();
}

}  // namespace skywright::pipelines
