#include "skywright/plugin/detail/shared_frame.h"

#include <algorithm>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace skywright::plugin::detail {

CallOrder::CallOrder(const Frame& frame)
    : kind(static_cast<std::int32_t>(frame.kind)),
      side(frame.side),
      count(frame.count),
      results(frame.results),
      parameters(frame.parameters.size_bytes()) {
  for (std::size_t k = 0; k < frame.inputs.size(); ++k) inputs.at(k) = frame.inputs[k].size();
}

CallPlaces places_of(const CallOrder& order) {
  CallPlaces places;
  std::size_t at = 0;
  const auto place = [&](std::size_t size) {
    const std::size_t here = at;
    at = (at + size + 63) / 64 * 64;  // lines of the cache
    return here;
  };
  places.parameters = place(order.parameters);
  for (std::size_t k = 0; k < kMostInputs; ++k) places.inputs.at(k) = place(order.inputs.at(k));
  const std::size_t results =
      static_cast<std::size_t>(order.count) * static_cast<std::size_t>(order.results);
  places.results = place((results + kGuard) * sizeof(double));
  places.end = at;
  return places;
}

SharedMemory::~SharedMemory() {
  if (begin_ != nullptr) ::munmap(begin_, size_);
}

std::byte* SharedMemory::mapped(std::size_t size) {
  if (size > size_) {
    constexpr std::size_t kStep = std::size_t{1} << 20;
    const std::size_t wanted = (size + kStep - 1) / kStep * kStep;
    if (begin_ != nullptr) ::munmap(begin_, size_);
    begin_ = nullptr;
    size_ = 0;
    if (::ftruncate(file_, static_cast<off_t>(wanted)) != 0) throw std::bad_alloc();
    void* found = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (found == MAP_FAILED) throw std::bad_alloc();
    begin_ = found;
    size_ = wanted;
  }
  return static_cast<std::byte*>(begin_);
}

}  // namespace skywright::plugin::detail
