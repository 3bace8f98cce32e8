#include "skywright/ephemeris/orbit_catalog.h"

#include <iterator>

namespace skywright::ephemeris {
namespace {

template <class T>
void move_behind(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void OrbitCatalog::append(std::string object_name, const Orbit& elements, double h, double g,
                          OrbitFacts known) {
  name.push_back(std::move(object_name));
  orbit.push_back(elements);
  frame.push_back(orbit_frame(elements));
  absolute_magnitude.push_back(h);
  slope.push_back(g);
  facts.push_back(std::move(known));
}

void OrbitCatalog::append(OrbitCatalog&& other) {
  move_behind(name, other.name);
  move_behind(orbit, other.orbit);
  move_behind(frame, other.frame);
  move_behind(absolute_magnitude, other.absolute_magnitude);
  move_behind(slope, other.slope);
  move_behind(facts, other.facts);
}

}  // namespace skywright::ephemeris
