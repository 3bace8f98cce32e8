#include "skywright/psf/psf_function.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "skywright/base/error.h"
#include "skywright/math/polynomial.h"

namespace skywright::psf {
namespace {

constexpr int kChecks = 5;  // a side

/// A place in [-1, 1] of the field, and there.
struct Node {
  double u = 0.0;
  double v = 0.0;
  PixelPosition at;
};

Node node_at(const Box& field, double u, double v) {
  return {u,
          v,
          {field.x0 + 0.5 * (u + 1.0) * (field.width - 1.0),
           field.y0 + 0.5 * (v + 1.0) * (field.height - 1.0)}};
}

/// Roots of T_n on both axes: there Chebyshev polynomials up to n - 1 are orthogonal.
std::vector<Node> fit_nodes(const Box& field, int n) {
  std::vector<Node> nodes;
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i)
      nodes.push_back(node_at(field, std::cos(std::numbers::pi * (i + 0.5) / n),
                              std::cos(std::numbers::pi * (j + 0.5) / n)));
  return nodes;
}

void normalise(Image<double>& image, PixelPosition at) {
  double sum = 0.0;
  for (const double p : image.pixels()) sum += p;
  if (!(sum > 0.0) || !std::isfinite(sum))
    throw InputError("PSF at x " + std::to_string(at.x) + ", y " + std::to_string(at.y),
                     "its sum is " + std::to_string(sum), "a PSF has a positive sum");
  for (double& p : image.pixels()) p /= sum;
}

PsfModel fitted(const std::vector<Node>& nodes, const std::vector<Image<double>>& images,
                const Box& field, int degree) {
  const auto count = static_cast<std::size_t>(math::term_count(degree));
  const int side = images.front().width();
  std::vector<Image<double>> sums(count, Image<double>(side, side));
  std::vector<double> squares(count, 0.0);
  std::vector<double> terms(count);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    math::chebyshev_terms(nodes[i].u, nodes[i].v, degree, terms);
    for (std::size_t k = 0; k < count; ++k) {
      squares[k] += terms[k] * terms[k];
      for (std::size_t p = 0; p < sums[k].size(); ++p)
        sums[k].data()[p] += terms[k] * images[i].data()[p];
    }
  }
  std::vector<Image<float>> coefficients;
  for (std::size_t k = 0; k < count; ++k) {
    Image<float> c(side, side);
    for (std::size_t p = 0; p < c.size(); ++p)
      c.data()[p] = static_cast<float>(sums[k].data()[p] / squares[k]);
    coefficients.push_back(std::move(c));
  }
  return {field, degree, std::move(coefficients)};
}

double largest_error(const PsfModel& model, std::span<const Node> nodes,
                     std::span<const Image<double>> images) {
  double largest = 0.0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Image<float> modelled = model.centred_image(nodes[i].at);
    double sum = 0.0;
    for (std::size_t p = 0; p < modelled.size(); ++p)
      sum += std::abs(static_cast<double>(modelled.data()[p]) - images[i].data()[p]);
    largest = std::max(largest, sum);
  }
  return largest;
}

}  // namespace

ApproximatedPsf approximate_psf(const PsfFunction& function, const Box& field, int degree,
                                double tolerance) {
  std::vector<Node> nodes = fit_nodes(field, degree + 2);
  const std::size_t fits = nodes.size();
  for (int j = 0; j < kChecks; ++j)
    for (int i = 0; i < kChecks; ++i)
      nodes.push_back(node_at(field, 2.0 * i / (kChecks - 1) - 1.0, 2.0 * j / (kChecks - 1) - 1.0));
  std::vector<PixelPosition> places;
  for (const Node& node : nodes) places.push_back(node.at);
  std::vector<Image<double>> images = function(places);
  for (std::size_t i = 0; i < images.size(); ++i) normalise(images[i], nodes[i].at);
  const std::vector<Node> fit(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(fits));
  const std::span<const Node> checks = std::span<const Node>(nodes).subspan(fits);
  const std::span<const Image<double>> seen = std::span<const Image<double>>(images).subspan(fits);
  for (int d = 0;; ++d) {
    PsfModel model = fitted(fit, images, field, d);
    const double error = largest_error(model, checks, seen);
    if (error <= tolerance || d == degree) return {std::move(model), error};
  }
}

}  // namespace skywright::psf
