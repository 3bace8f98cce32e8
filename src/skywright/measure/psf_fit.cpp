#include "skywright/measure/psf_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "skywright/math/least_squares.h"
#include "skywright/math/polynomial.h"
#include "skywright/math/statistics.h"
#include "skywright/measure/detail/point_fitter.h"
#include "skywright/psf/adaptive_moments.h"
#include "skywright/psf/sinc_shift.h"

namespace skywright::measure {
namespace {

using image::Image;
using image::ImageView;

constexpr int kIterations = 6;
constexpr double kPixelClip = 6.0;         // [sigma of pixel noise and 3 % of the model]
constexpr double kStarClip = 4.0;          // [sigma of the stars' own scatter of residuals]
constexpr double kCoreFwhms = 2.0;         // beyond it the wings are azimuthal
constexpr double kFlatFieldError = 0.003;  // keeps the brightest stars from ruling alone

struct State {
  double flux = 1.0;
  double x = 0.0;  // in the image
  double y = 0.0;
  double weight = 1.0;
  double misfit = 0.0;  // rms of residuals / noise, over the core
  bool used = true;
  std::vector<double> terms;
};

int allowed_degree(std::size_t stars, int degree) {
  const int most = stars >= 60 ? 3 : (stars >= 30 ? 2 : (stars >= 10 ? 1 : 0));
  return std::clamp(degree, 0, most);
}

double sum_of(const Image<float>& image) {
  double sum = 0.0;
  for (const float v : image.pixels()) sum += static_cast<double>(v);
  return sum;
}

// Replace what lies beyond `core` by a power law of radius fitted to the azimuthal mean.
void smooth_wings(std::vector<Image<float>>& coefficients, double core) {
  const int side = coefficients.front().width();
  const int half = side / 2;
  Image<float>& mean = coefficients.front();
  // Closed-form amplitude for each slope; pixels of one noise, so plain least squares.
  double best = std::numeric_limits<double>::infinity();
  double slope = 4.0;
  double amplitude = 0.0;
  std::vector<double> radius;
  std::vector<double> value;
  for (int y = -half; y <= half; ++y)
    for (int x = -half; x <= half; ++x) {
      const double r = std::hypot(x, y);
      if (r < 0.8 * core) continue;
      radius.push_back(r);
      value.push_back(static_cast<double>(mean(x + half, y + half)));
    }
  if (radius.size() < 12) return;
  std::vector<double> basis(radius.size());
  for (int step = 0; step <= 32; ++step) {
    const double gamma = 2.2 + 0.15 * step;
    double bb = 0.0;
    double bv = 0.0;
    for (std::size_t i = 0; i < radius.size(); ++i) {
      basis[i] = std::pow(radius[i] / core, -gamma);
      bb += basis[i] * basis[i];
      bv += basis[i] * value[i];
    }
    const double a = std::max(0.0, bv / bb);
    double chi2 = 0.0;
    for (std::size_t i = 0; i < radius.size(); ++i)
      chi2 += (value[i] - a * basis[i]) * (value[i] - a * basis[i]);
    if (chi2 < best) {
      best = chi2;
      slope = gamma;
      amplitude = a;
    }
  }
  for (int y = -half; y <= half; ++y)
    for (int x = -half; x <= half; ++x) {
      const double r = std::hypot(x, y);
      const double own = std::clamp(0.5 * (core + 1.0 - r), 0.0, 1.0);  // 1 within, 0 beyond
      if (own >= 1.0) continue;
      const double wing = amplitude * std::pow(r / core, -slope);
      for (std::size_t k = 0; k < coefficients.size(); ++k) {
        float& c = coefficients[k](x + half, y + half);
        c = static_cast<float>(own * static_cast<double>(c) + (k == 0 ? (1.0 - own) * wing : 0.0));
      }
    }
}

class PsfSolver {
 public:
  PsfSolver(const std::vector<PsfStar>& stars, const image::Box& domain, int degree)
      : stars_(stars),
        domain_(domain),
        degree_(degree),
        side_(stars.front().pixels.width()),
        states_(stars.size()),
        scratch_(static_cast<std::size_t>(side_ * side_ + side_ + 32)) {
    std::vector<double> fwhms;
    for (const PsfStar& star : stars) fwhms.push_back(star.fwhm);
    fwhm_ = math::median(std::span<const double>(fwhms));
    const math::Interval u{static_cast<double>(domain.x0), domain.x_end() - 1.0};
    const math::Interval v{static_cast<double>(domain.y0), domain.y_end() - 1.0};
    for (std::size_t i = 0; i < stars.size(); ++i) {
      State& state = states_[i];
      state.x = stars[i].position.x;
      state.y = stars[i].position.y;
      state.terms.resize(static_cast<std::size_t>(math::term_count(degree)));
      math::chebyshev_terms(u.scaled(state.x), v.scaled(state.y), degree, state.terms);
      state.flux = first_flux(stars[i]);
      state.used = state.flux > 0.0;
      set_weight(state, stars[i]);
    }
    coefficients_.assign(static_cast<std::size_t>(math::term_count(degree)),
                         Image<float>(side_, side_));
  }

  PsfFit solve() {
    for (int iteration = 0; iteration < kIterations; ++iteration) {
      if (iteration > 0) fit_stars();
      if (iteration == 2 || iteration == 3) reject_stars();
      if (!improve()) break;
      smooth_wings(coefficients_, std::max(4.0, kCoreFwhms * fwhm_));
      normalise();
      recentre();
    }
    PsfFit out{
        .model = psf::PsfModel(domain_, degree_, coefficients_), .used = {}, .degree = degree_};
    for (const State& state : states_) {
      out.used.push_back(state.used ? 1 : 0);
      out.stars += state.used ? 1 : 0;
    }
    return out;
  }

 private:
  // Light within the FWHM's double, enough to start from.
  [[nodiscard]] double first_flux(const PsfStar& star) const {
    double sum = 0.0;
    for (int y = 0; y < side_; ++y)
      for (int x = 0; x < side_; ++x) {
        const double r =
            std::hypot(x + star.box.x0 - star.position.x, y + star.box.y0 - star.position.y);
        if (r < 2.0 * star.fwhm) sum += static_cast<double>(star.pixels(x, y));
      }
    return sum;
  }

  void set_weight(State& state, const PsfStar& star) const {
    const double area = 2.3 * fwhm_ * fwhm_;  // 1 / sum p^2 of a Gaussian, pixel
    const double noise = star.sky_variance * area + star.poisson * std::max(0.0, state.flux);
    const double relative = noise / (state.flux * state.flux);
    state.weight = 1.0 / (relative + kFlatFieldError * kFlatFieldError);
  }

  [[nodiscard]] Image<float> model_at(const State& state) const {
    Image<float> out = coefficients_.front();
    for (std::size_t k = 1; k < coefficients_.size(); ++k)
      for (std::size_t i = 0; i < out.size(); ++i)
        out.data()[i] += static_cast<float>(state.terms[k]) * coefficients_[k].data()[i];
    const double sum = sum_of(out);
    if (sum > 0.0)
      for (float& p : out.pixels()) p = static_cast<float>(static_cast<double>(p) / sum);
    return out;
  }

  void fit_stars() {
    for (std::size_t i = 0; i < stars_.size(); ++i) {
      State& state = states_[i];
      if (!state.used) continue;
      const PsfStar& star = stars_[i];
      const Image<float> model = model_at(state);
      detail::PointFitter fitter(model.view(), detail::fit_half(model.view()));
      const detail::PointFit fit = fitter.fit(
          star.pixels.view(), star.usable.view(), {state.x - star.box.x0, state.y - star.box.y0},
          detail::Position::free, 1.5, {star.sky_variance, star.poisson});
      if (!fit.converged || !(fit.flux > 0.0)) {
        state.used = false;
        continue;
      }
      state.flux = fit.flux;
      state.x = fit.x + star.box.x0;
      state.y = fit.y + star.box.y0;
      set_weight(state, star);
      // What a flux to 1 % would not explain, beyond the noise: large for blends and galaxies.
      double sum = 0.0;
      double expected = 0.0;
      const Image<float> shown = shown_star(i, model);
      const int reach = static_cast<int>(std::ceil(1.5 * fwhm_));
      for_core(reach, [&](int x, int y) {
        if (star.usable(x, y) <= 0.0F) return;
        const double p = state.flux * static_cast<double>(shown(x, y));
        const double r = static_cast<double>(star.pixels(x, y)) - p;
        sum += r * r;
        expected += star.sky_variance + star.poisson * std::max(0.0, p);
      });
      state.misfit = (sum - expected) / (state.flux * state.flux);
    }
  }

  template <class Each>
  void for_core(int reach, const Each& each) const {
    const int middle = side_ / 2;
    for (int y = std::max(0, middle - reach); y <= std::min(side_ - 1, middle + reach); ++y)
      for (int x = std::max(0, middle - reach); x <= std::min(side_ - 1, middle + reach); ++x)
        each(x, y);
  }

  // The unit-flux model at the star's place within its stamp.
  Image<float> shown_star(std::size_t i, const Image<float>& model) {
    const PsfStar& star = stars_[i];
    const int middle = side_ / 2;
    Image<float> out(side_, side_);
    psf::shift_stamp(model.view(), states_[i].x - star.box.x0 - middle,
                     states_[i].y - star.box.y0 - middle, out.view(), scratch_);
    return out;
  }

  void reject_stars() {
    std::vector<double> misfits;
    for (const State& state : states_)
      if (state.used) misfits.push_back(state.misfit);
    if (misfits.size() < 4) return;
    const double middle = math::median(std::span<const double>(misfits));
    const double scatter = math::mad_sigma(std::span<const double>(misfits));
    const double limit = middle + kStarClip * std::max(scatter, 1e-6);
    for (State& state : states_) state.used = state.used && state.misfit <= limit;
  }

  // One step towards the least-squares solution. False where no star is left.
  bool improve() {
    const std::size_t terms = coefficients_.size();
    std::vector<double> normal(terms * terms, 0.0);
    std::vector<Image<double>> sums(terms, Image<double>(side_, side_));
    Image<float> back(side_, side_);
    for (std::size_t i = 0; i < stars_.size(); ++i) {
      const State& state = states_[i];
      if (!state.used) continue;
      for (std::size_t k = 0; k < terms; ++k)
        for (std::size_t l = 0; l < terms; ++l)
          normal[k * terms + l] += state.weight * state.terms[k] * state.terms[l];
      const Image<float> residual = relative_residual(i);
      const int middle = side_ / 2;
      psf::shift_stamp(residual.view(), -(state.x - stars_[i].box.x0 - middle),
                       -(state.y - stars_[i].box.y0 - middle), back.view(), scratch_);
      for (std::size_t k = 0; k < terms; ++k) {
        const double w = state.weight * state.terms[k];
        for (std::size_t p = 0; p < back.size(); ++p)
          sums[k].data()[p] += w * static_cast<double>(back.data()[p]);
      }
    }
    const std::vector<double> inverse = math::inverse_symmetric(normal, terms);
    if (inverse.empty()) return false;
    for (std::size_t k = 0; k < terms; ++k)
      for (std::size_t p = 0; p < back.size(); ++p) {
        double change = 0.0;
        for (std::size_t l = 0; l < terms; ++l)
          change += inverse[k * terms + l] * sums[l].data()[p];
        coefficients_[k].data()[p] += static_cast<float>(change);
      }
    return true;
  }

  // (star - model) / flux; zero where a pixel cannot be used or stands far out.
  Image<float> relative_residual(std::size_t i) {
    const PsfStar& star = stars_[i];
    const State& state = states_[i];
    const Image<float> model = model_at(state);
    const bool have_model = sum_of(model) > 0.5;
    const Image<float> shown = have_model ? shown_star(i, model) : Image<float>(side_, side_);
    Image<float> out(side_, side_);
    for (int y = 0; y < side_; ++y)
      for (int x = 0; x < side_; ++x) {
        if (star.usable(x, y) <= 0.0F) continue;
        const double p = state.flux * static_cast<double>(shown(x, y));
        const double r = static_cast<double>(star.pixels(x, y)) - p;
        const double variance =
            star.sky_variance + star.poisson * std::max(0.0, p) + 0.03 * 0.03 * p * p;
        if (have_model && r * r > kPixelClip * kPixelClip * variance) continue;
        out(x, y) = static_cast<float>(r / state.flux);
      }
    return out;
  }

  void normalise() {
    const double sum = sum_of(coefficients_.front());
    if (!(sum > 0.0)) return;
    for (Image<float>& c : coefficients_)
      for (float& p : c.pixels()) p = static_cast<float>(static_cast<double>(p) / sum);
  }

  // The mean model's adaptive centroid marks the middle pixel's centre.
  void recentre() {
    const double middle = side_ / 2;
    const psf::AdaptiveMoments m = psf::adaptive_moments(
        coefficients_.front().view(), {}, {middle, middle}, fwhm_ / 2.355, psf::Centre::free);
    const double dx = m.centre.x - middle;
    const double dy = m.centre.y - middle;
    if (!m.converged || std::hypot(dx, dy) > 1.0 || std::hypot(dx, dy) < 1e-5) return;
    for (Image<float>& c : coefficients_) c = psf::shifted(c.view(), -dx, -dy);
    for (State& state : states_) {
      state.x += dx;
      state.y += dy;
    }
  }

  const std::vector<PsfStar>& stars_;
  image::Box domain_;
  int degree_;
  int side_;
  double fwhm_ = 3.0;
  std::vector<State> states_;
  std::vector<Image<float>> coefficients_;
  std::vector<float> scratch_;
};

}  // namespace

PsfFit fit_psf(const std::vector<PsfStar>& stars, const image::Box& domain, int degree) {
  return PsfSolver(stars, domain, allowed_degree(stars.size(), degree)).solve();
}

}  // namespace skywright::measure
