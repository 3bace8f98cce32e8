/// wcslib behind the interface of a Wcs, for tests and benchmarks only: the library never includes
/// this.
#pragma once

#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <wcslib/wcs.h>
#include <wcslib/wcshdr.h>

#include "skywright/wcs/wcs.h"

namespace skywright::wcs::detail {

/// One wcsprm made from header cards; for one thread.
class Oracle {
 public:
  Oracle(const Linear& linear, const Sip* sip, const Tpv* tpv) {
    const std::string type = tpv != nullptr ? "TPV" : sip != nullptr ? "TAN-SIP" : "TAN";
    text("CTYPE1", "RA---" + type);
    text("CTYPE2", "DEC--" + type);
    text("CUNIT1", "deg");
    text("CUNIT2", "deg");
    number("CRPIX1", linear.reference_pixel.x + 1.0);
    number("CRPIX2", linear.reference_pixel.y + 1.0);
    number("CRVAL1", linear.reference_sky.ra.degrees());
    number("CRVAL2", linear.reference_sky.dec.degrees());
    // Its default turns from 180 to 0 at the very pole; ours is continuous there.
    number("LONPOLE", 180.0);
    number("CD1_1", linear.cd[0]);
    number("CD1_2", linear.cd[1]);
    number("CD2_1", linear.cd[2]);
    number("CD2_2", linear.cd[3]);
    if (sip != nullptr) {
      number("A_ORDER", sip->order);
      number("B_ORDER", sip->order);
      for (int p = 0; p <= sip->order; ++p) {
        for (int q = 0; p + q <= sip->order; ++q) {
          const auto k = static_cast<std::size_t>(p * (sip->order + 1) + q);
          const std::string tail = std::to_string(p) + "_" + std::to_string(q);
          if (p + q < 2) continue;
          number("A_" + tail, sip->a[k]);
          number("B_" + tail, sip->b[k]);
        }
      }
    }
    if (tpv != nullptr) {
      for (std::size_t k = 0; k < 40; ++k) {
        number("PV1_" + std::to_string(k), tpv->pv1[k]);
        number("PV2_" + std::to_string(k), tpv->pv2[k]);
      }
    }
    std::string end = "END";
    end.resize(80, ' ');
    cards_ += end;
    int rejected = 0;
    const int status = wcspih(cards_.data(), static_cast<int>(cards_.size() / 80), WCSHDR_all, 0,
                              &rejected, &count_, &wcs_);
    if (status != 0 || rejected != 0 || wcsset(wcs_) != 0) {
      throw std::runtime_error("wcslib refuses the cards");
    }
  }
  ~Oracle() { wcsvfree(&count_, &wcs_); }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  SkyPosition sky_at(const PixelPosition& p) {
    std::vector<double> ra(1), dec(1);
    pixels_to_sky({&p.x, 1}, {&p.y, 1}, ra, dec);
    return SkyPosition::from_degrees(ra[0], dec[0]);
  }
  PixelPosition pixel_at(double ra, double dec) {
    std::vector<double> x(1), y(1);
    sky_to_pixels({&ra, 1}, {&dec, 1}, x, y);
    return {x[0], y[0]};
  }
  void pixels_to_sky(std::span<const double> x, std::span<const double> y, std::span<double> ra,
                     std::span<double> dec) {
    const std::size_t n = pack(x, y, 1.0);
    if (wcsp2s(wcs_, static_cast<int>(n), 2, in_.data(), plane_.data(), phi_.data(), theta_.data(),
               out_.data(), bad_.data()) != 0) {
      throw std::runtime_error("wcsp2s failed");
    }
    for (std::size_t i = 0; i < n; ++i) {
      ra[i] = out_[2 * i];
      dec[i] = out_[2 * i + 1];
    }
  }
  void sky_to_pixels(std::span<const double> ra, std::span<const double> dec, std::span<double> x,
                     std::span<double> y) {
    const std::size_t n = pack(ra, dec, 0.0);
    if (wcss2p(wcs_, static_cast<int>(n), 2, in_.data(), phi_.data(), theta_.data(), plane_.data(),
               out_.data(), bad_.data()) != 0) {
      throw std::runtime_error("wcss2p failed");
    }
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = out_[2 * i] - 1.0;
      y[i] = out_[2 * i + 1] - 1.0;
    }
  }

 private:
  std::size_t pack(std::span<const double> a, std::span<const double> b, double first) {
    const std::size_t n = a.size();
    for (auto* v : {&in_, &plane_, &out_}) v->resize(2 * n);
    for (auto* v : {&phi_, &theta_}) v->resize(n);
    bad_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      in_[2 * i] = a[i] + first;
      in_[2 * i + 1] = b[i] + first;
    }
    return n;
  }
  void card(const std::string& key, const std::string& value) {
    std::string line = key;
    line.resize(8, ' ');
    line += "= " + value;
    line.resize(80, ' ');
    cards_ += line;
  }
  void text(const std::string& key, const std::string& value) { card(key, "'" + value + "'"); }
  void number(const std::string& key, double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.17G", value);
    card(key, buffer);
  }

  std::vector<double> in_, plane_, out_, phi_, theta_;
  std::vector<int> bad_;
  std::string cards_;
  int count_ = 0;
  wcsprm* wcs_ = nullptr;
};

}  // namespace skywright::wcs::detail
