#include "sim/config/key_places.h"

namespace sparsim {

std::string KeyPlaces::located(const std::string& problem) const {
  for (auto place = places_.rbegin(); place != places_.rend(); ++place) {  // of keys that begin alike the longest first
    const std::string& key = place->first;
    if (problem.compare(0, key.size(), key) == 0 && problem.find_first_of(" .:", key.size()) == key.size())
      return place->second + ": " + problem;
  }
  return file_ + ": " + problem;
}

}  // namespace sparsim
