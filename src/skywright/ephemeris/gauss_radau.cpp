#include "skywright/ephemeris/gauss_radau.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "skywright/base/vector_clones.h"

namespace skywright::ephemeris {
namespace {

constexpr std::size_t kTerms = GaussRadau::kTerms;

/// Roots of the Radau polynomial of degree 8, the first of which is 0: places within a step.
constexpr std::array<double, kTerms + 1> kNodes = {0.0,
                                                   0.0562625605369221464656521910318,
                                                   0.180240691736892364987579942780,
                                                   0.352624717113169637373907769648,
                                                   0.547153626330555383001448554766,
                                                   0.734210177215410531523210605558,
                                                   0.885320946839095768090359771030,
                                                   0.977520613561287501891174488626};

using Matrix = std::array<std::array<double, kTerms>, kTerms>;

/// Newton's polynomials s (s - h1) ... (s - hj) by powers of s: `to_powers[j][k]` stands before
/// s^(k+1); and the way back.
struct Bases {
  Matrix to_powers{}, to_newton{};
};

constexpr Bases make_bases() {
  Bases out;
  out.to_powers[0][0] = 1.0;
  for (std::size_t j = 1; j < kTerms; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      const double shifted = k > 0 ? out.to_powers[j - 1][k - 1] : 0.0;
      out.to_powers[j][k] = shifted - kNodes[j] * out.to_powers[j - 1][k];
    }
  }
  // s^(k+1) = sum over j of to_newton[k][j] N_j: multiply by s = (s - h) + h.
  out.to_newton[0][0] = 1.0;
  for (std::size_t k = 1; k < kTerms; ++k) {
    for (std::size_t j = 0; j <= k; ++j) {
      const double shifted = j > 0 ? out.to_newton[k - 1][j - 1] : 0.0;
      out.to_newton[k][j] = shifted + kNodes[j + 1] * out.to_newton[k - 1][j];
    }
  }
  return out;
}

constexpr Bases kBases = make_bases();

constexpr double binomial(std::size_t n, std::size_t k) {
  double c = 1.0;
  for (std::size_t i = 1; i <= k; ++i)
    c = c * static_cast<double>(n - k + i) / static_cast<double>(i);
  return c;
}

using Pointers = std::array<const double*, kTerms>;

Pointers pointers(const std::array<std::vector<double>, kTerms>& rows) {
  Pointers out{};
  for (std::size_t k = 0; k < kTerms; ++k) out[k] = rows[k].data();
  return out;
}

SKYWRIGHT_VECTOR_CLONES
void place_at(std::size_t size, double s, double h, const double* x0, const double* v0,
              const double* a0, const Pointers& b, double* x, double* v) {
  const double t = s * h;
  // Products by constants: divisions would take as long as the forces.
  constexpr std::array<double, kTerms> p{1.0 / 6,  1.0 / 12, 1.0 / 20, 1.0 / 30,
                                         1.0 / 42, 1.0 / 56, 1.0 / 72};
  constexpr std::array<double, kTerms> q{1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 5,
                                         1.0 / 6, 1.0 / 7, 1.0 / 8};
  for (std::size_t i = 0; i < size; ++i) {
    const double place =
        0.5 * a0[i] +
        s * (p[0] * b[0][i] +
             s * (p[1] * b[1][i] +
                  s * (p[2] * b[2][i] +
                       s * (p[3] * b[3][i] +
                            s * (p[4] * b[4][i] + s * (p[5] * b[5][i] + s * (p[6] * b[6][i])))))));
    const double speed =
        a0[i] +
        s * (q[0] * b[0][i] +
             s * (q[1] * b[1][i] +
                  s * (q[2] * b[2][i] +
                       s * (q[3] * b[3][i] +
                            s * (q[4] * b[4][i] + s * (q[5] * b[5][i] + s * (q[6] * b[6][i])))))));
    x[i] = x0[i] + t * (v0[i] + t * place);
    v[i] = v0[i] + t * speed;
  }
}

/// The divided difference that node `n` gives, and what it changes of the powers' coefficients.
SKYWRIGHT_VECTOR_CLONES
void take_node(std::size_t size, std::size_t n, const double* a, const double* a0,
               const std::array<double*, kTerms>& g, const std::array<double*, kTerms>& b) {
  std::array<double, kTerms> inverse{};
  for (std::size_t j = 0; j < n; ++j) inverse[j] = 1.0 / (kNodes[n] - kNodes[j]);
  const auto& powers = kBases.to_powers[n - 1];
  double* change = g[n - 1];  // holds the old difference until it is overwritten below
  for (std::size_t i = 0; i < size; ++i) {
    double value = (a[i] - a0[i]) * inverse[0];
    for (std::size_t j = 1; j < n; ++j) value = (value - g[j - 1][i]) * inverse[j];
    const double step = value - change[i];
    change[i] = value;
    for (std::size_t k = 0; k < n; ++k) b[k][i] += powers[k] * step;
  }
}

std::array<double*, kTerms> writable(std::array<std::vector<double>, kTerms>& rows) {
  std::array<double*, kTerms> out{};
  for (std::size_t k = 0; k < kTerms; ++k) out[k] = rows[k].data();
  return out;
}

double squared(const double* v, std::size_t i, std::size_t count) {
  return v[i] * v[i] + v[i + count] * v[i + count] + v[i + 2 * count] * v[i + 2 * count];
}

}  // namespace

GaussRadau::GaussRadau(Particles start, double time, Force force, const RadauConfig& config)
    : force_(std::move(force)), config_(config), time_(time), now_(std::move(start)) {
  const std::size_t size = 3 * now_.count;
  for (auto* rows : {&b_, &g_, &predicted_})
    for (auto& row : *rows) row.assign(size, 0.0);
  for (auto* row : {&a0_, &at_node_, &x_, &v_}) row->assign(size, 0.0);
}

void GaussRadau::iterate(double length) {
  const std::size_t size = 3 * now_.count;
  // Newton's differences of the predicted polynomial.
  for (std::size_t j = 0; j < kTerms; ++j) {
    std::fill(g_[j].begin(), g_[j].end(), 0.0);
    for (std::size_t k = j; k < kTerms; ++k) {
      const double c = kBases.to_newton[k][j];
      for (std::size_t i = 0; i < size; ++i) g_[j][i] += c * b_[k][i];
    }
  }
  const auto b = writable(b_), g = writable(g_);
  constexpr int kMostRounds = 12;
  double before = 1e300;
  for (int round = 0; round < kMostRounds; ++round) {
    const std::vector<double> last = b_[kTerms - 1];
    for (std::size_t n = 1; n <= kTerms; ++n) {
      place_at(size, kNodes[n], length, now_.position.data(), now_.velocity.data(), a0_.data(),
               pointers(b_), x_.data(), v_.data());
      force_(time_ + kNodes[n] * length, now_.count, x_.data(), v_.data(), at_node_.data());
      take_node(size, n, at_node_.data(), a0_.data(), g, b);
    }
    double change = 0.0;
    for (std::size_t i = 0; i < now_.count; ++i) {
      double moved = 0.0;
      for (std::size_t k = i; k < size; k += now_.count)
        moved = std::max(moved, std::abs(b_[kTerms - 1][k] - last[k]));
      const double scale = std::sqrt(squared(a0_.data(), i, now_.count));
      if (scale > 0.0) change = std::max(change, moved / scale);
    }
    // Rounding keeps it from shrinking further.
    if (change < config_.tolerance || (round > 2 && change >= before)) break;
    before = change;
  }
}

double GaussRadau::next_length(double length) const {
  // Acceleration, jerk and snap at the step's end: the time in which the acceleration turns
  // (Pham et al. 2024, eq. 16).
  const std::size_t count = now_.count;
  const double h = std::abs(length);
  double shortest = 1e300;
  for (std::size_t i = 0; i < count; ++i) {
    double a2 = 0.0, jerk2 = 0.0, snap2 = 0.0;
    for (std::size_t k = i; k < 3 * count; k += count) {
      double a = a0_[k], jerk = 0.0, snap = 0.0;
      for (std::size_t j = 0; j < kTerms; ++j) {
        const double power = static_cast<double>(j + 1);
        a += b_[j][k];
        jerk += power * b_[j][k];
        snap += power * (power - 1.0) * b_[j][k];
      }
      a2 += a * a;
      jerk2 += jerk * jerk;
      snap2 += snap * snap;
    }
    const double turn2 = 2.0 * a2 / (jerk2 + std::sqrt(snap2 * a2));  // [step^2]
    if (turn2 < shortest) shortest = turn2;
  }
  return std::clamp(config_.stride * std::sqrt(shortest) * h, config_.shortest, config_.longest);
}

double GaussRadau::first_length() const {
  // As if each circled the origin: about right for orbits round the Sun, corrected by rejection
  // for others.
  double shortest = 1e300;
  for (std::size_t i = 0; i < now_.count; ++i) {
    const double r2 = squared(now_.position.data(), i, now_.count);
    const double a2 = squared(a0_.data(), i, now_.count);
    if (a2 > 0.0) shortest = std::min(shortest, std::sqrt(std::sqrt(r2 / a2)));
  }
  return std::clamp(config_.stride * shortest, config_.shortest, config_.longest);
}

void GaussRadau::predict(double ratio) {
  // The last polynomial, continued beyond its step, and what the last prediction lacked.
  const std::size_t size = 3 * now_.count;
  const bool far = ratio > 20.0;  // nothing to be learned from so short a step
  for (std::size_t i = 0; i < size; ++i) {
    std::array<double, kTerms> next{};
    double power = 1.0;
    for (std::size_t k = 0; k < kTerms; ++k) {
      power *= ratio;
      for (std::size_t j = k; j < kTerms; ++j) next[k] += binomial(j + 1, k + 1) * b_[j][i];
      next[k] = far ? 0.0 : power * next[k];
    }
    for (std::size_t k = 0; k < kTerms; ++k) {
      const double lacked = far ? 0.0 : b_[k][i] - predicted_[k][i];
      predicted_[k][i] = next[k];
      b_[k][i] = next[k] + lacked;
    }
  }
}

void GaussRadau::step_towards(double end) {
  const double left = end - time_;
  if (left == 0.0) return;
  if (last_.length == 0.0)  // accelerations at the beginning; later ones are made by each step
    force_(time_, now_.count, now_.position.data(), now_.velocity.data(), a0_.data());
  double length = wanted_ > 0.0 ? wanted_ : first_length();
  for (int attempt = 0;; ++attempt) {
    // A remainder that is hardly a step joins this one.
    double taken = std::min(length, std::abs(left));
    if (std::abs(left) < 1.1 * length) taken = std::abs(left);
    const double h = std::copysign(taken, left);
    if (last_.length != 0.0 && attempt == 0) {
      predict(h / last_.length);
    } else if (attempt > 0 || last_.length == 0.0) {
      for (auto* rows : {&b_, &predicted_})
        for (auto& row : *rows) std::fill(row.begin(), row.end(), 0.0);
    }
    iterate(h);
    const double next = next_length(h);
    // Rejected where the step proved far longer than the motion allows.
    if (next < 0.5 * taken && taken > config_.shortest && attempt < 20) {
      length = next;
      continue;
    }
    last_.begin = time_;
    last_.length = h;
    last_.start = now_;
    last_.acceleration = a0_;
    last_.terms = b_;
    place_at(3 * now_.count, 1.0, h, last_.start.position.data(), last_.start.velocity.data(),
             a0_.data(), pointers(b_), now_.position.data(), now_.velocity.data());
    time_ = taken == std::abs(left) ? end : time_ + h;
    wanted_ = std::min(next, 4.0 * taken);
    force_(time_, now_.count, now_.position.data(), now_.velocity.data(), a0_.data());
    return;
  }
}

}  // namespace skywright::ephemeris
