// The direct method for a network that is written out, with the standard library's generator; one line of JSON per study.
#pragma once
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

using Counts = std::vector<double>;
struct Reaction {
  std::vector<int> net;
  std::function<double(const Counts &)> propensity;
};
struct Quantity {
  std::string name;
  std::function<double(const Counts &)> of;
};

static bool first = true;

static void sample(const char *study, Counts start, std::vector<Reaction> reactions, double until, long replicates,
                   std::vector<Quantity> quantities, unsigned seed) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> wait(1.0);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const size_t n = quantities.size();
  std::vector<std::vector<double>> drawn(n);
  std::vector<double> a(reactions.size());
  for (long replicate = 0; replicate < replicates; replicate++) {
    Counts x = start;
    double t = 0;
    for (;;) {
      double total = 0;
      for (size_t r = 0; r < reactions.size(); r++) total += a[r] = reactions[r].propensity(x);
      if (total <= 0) break;
      t += wait(random) / total;
      if (t > until) break;
      double left = uniform(random) * total;
      size_t r = 0;
      while (r + 1 < a.size() && left >= a[r]) left -= a[r++];
      for (size_t s = 0; s < x.size(); s++) x[s] += reactions[r].net[s];
    }
    for (size_t q = 0; q < n; q++) drawn[q].push_back(quantities[q].of(x));
  }
  printf("%s\n \"%s\": {\"replicates\": %ld, \"rows\": [", first ? "{" : ",", study, replicates);
  first = false;
  for (size_t q = 0; q < n; q++) {
    double mean = 0, second = 0, fourth = 0;
    for (double value : drawn[q]) mean += value / replicates;
    for (double value : drawn[q]) {
      const double d2 = (value - mean) * (value - mean);
      second += d2 / (replicates - 1);
      fourth += d2 * d2 / replicates;
    }
    // name, time, moment, value, standard error
    printf("%s\n  [\"%s\", %g, \"mean\", %.8g, %.3g], [\"%s\", %g, \"variance\", %.8g, %.3g]", q ? "," : "",
           quantities[q].name.c_str(), until, mean, std::sqrt(second / replicates), quantities[q].name.c_str(), until, second,
           std::sqrt((fourth - second * second) / replicates));
  }
  printf("]}");
  fflush(stdout);
}

static Quantity species(const char *name, int s) {
  return {name, [s](const Counts &x) { return x[s]; }};
}
