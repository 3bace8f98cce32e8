// Faults on purpose, one by name: a sanitizer that lets one pass has no bite.
#include <climits>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <vector>

#include "skywright/base/execution.h"

namespace {

// Hidden from the optimiser, which else removes what it sees to be wrong.
template <class T>
T opaque(T value) {
  volatile T hidden = value;
  return hidden;
}

void read_past_the_end() {
  const std::vector<int> three(3, 1);
  const int* data = three.data();
  std::exit(opaque(data[opaque(3)]) == 7 ? 3 : 0);
}

void read_past_a_bound() {
  const std::vector<int> three(3, 1);
  std::exit(opaque(three[opaque(std::size_t{3})]) == 7 ? 3 : 0);
}

void leak() {
  int* lost = new int[1000];
  lost[opaque(0)] = 1;
  lost = nullptr;
}

void overflow() { std::exit(opaque(INT_MAX) + opaque(1) == 7 ? 3 : 0); }

void cast_of_nan() {
  const auto whole = static_cast<int>(opaque(std::numeric_limits<double>::quiet_NaN()));
  std::exit(whole == 7 ? 3 : 0);
}

/// Two calls of a loop's body write one place: a race, however the threads take turns.
void race() {
  const skywright::Execution execution(4);
  long sum = 0;
  execution.for_each(100000, [&](std::size_t i) { sum += static_cast<long>(i); });
  std::exit(sum == 7 ? 3 : 0);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view fault = count > 1 ? arguments[1] : "";
  if (fault == "end") read_past_the_end();
  if (fault == "bound") read_past_a_bound();
  if (fault == "leak") leak();
  if (fault == "overflow") overflow();
  if (fault == "nan") cast_of_nan();
  if (fault == "race") race();
  return 0;
}
