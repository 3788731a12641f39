// Check numbers of the gallery for networks too large to solve: the direct method, written out for each network, with
// the standard library's generator. Nothing here knows the program that is checked.
//
//     g++ -O2 -o sample sample.cpp && ./sample > sample.json
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

int main() {
  sample("lotka-volterra", {50, 100},
         {{{1, 0}, [](const Counts &x) { return x[1] > 0 ? x[0] : 0.0; }},
          {{-1, 1}, [](const Counts &x) { return 0.005 * x[0] * x[1]; }},
          {{0, -1}, [](const Counts &x) { return 0.6 * x[1]; }}},
         50, 40000,
         {species("prey", 0), species("predators", 1), {"no_prey", [](const Counts &x) { return x[0] == 0 ? 1.0 : 0.0; }}}, 1);

  sample("brusselator", {100, 190},
         {{{1, 0}, [](const Counts &) { return 100.0; }},
          {{-1, 1}, [](const Counts &x) { return 1.9 * x[0]; }},
          {{1, -1}, [](const Counts &x) { return x[1] * x[0] * (x[0] - 1) / 1e4; }},
          {{-1, 0}, [](const Counts &x) { return x[0]; }}},
         200, 4000, {species("X", 0), species("Y", 1)}, 2);

  auto repressed = [](double x) { return 10 / (1 + std::pow(x / 20, 3)); };
  sample("repressilator", {50, 15, 15},
         {{{1, 0, 0}, [=](const Counts &x) { return repressed(x[2]); }},
          {{0, 1, 0}, [=](const Counts &x) { return repressed(x[0]); }},
          {{0, 0, 1}, [=](const Counts &x) { return repressed(x[1]); }},
          {{-1, 0, 0}, [](const Counts &x) { return 0.1 * x[0]; }},
          {{0, -1, 0}, [](const Counts &x) { return 0.1 * x[1]; }},
          {{0, 0, -1}, [](const Counts &x) { return 0.1 * x[2]; }}},
         200, 40000, {species("X", 0), species("Y", 1), species("Z", 2)}, 3);

  // DA DAp DR DRp MA A MR R C
  enum { DA, DAp, DR, DRp, MA, A, MR, R, C };
  auto net = [](std::initializer_list<std::pair<int, int>> changes) {
    std::vector<int> v(9, 0);
    for (auto &[s, d] : changes) v[s] += d;
    return v;
  };
  sample("vilar", {1, 0, 1, 0, 0, 0, 0, 0, 0},
         {{net({{A, -1}, {DA, -1}, {DAp, 1}}), [](const Counts &x) { return x[A] * x[DA]; }},
          {net({{A, 1}, {DA, 1}, {DAp, -1}}), [](const Counts &x) { return 50 * x[DAp]; }},
          {net({{A, -1}, {DR, -1}, {DRp, 1}}), [](const Counts &x) { return x[A] * x[DR]; }},
          {net({{A, 1}, {DR, 1}, {DRp, -1}}), [](const Counts &x) { return 100 * x[DRp]; }},
          {net({{MA, 1}}), [](const Counts &x) { return 50 * x[DA] + 500 * x[DAp]; }},
          {net({{MR, 1}}), [](const Counts &x) { return 0.01 * x[DR] + 50 * x[DRp]; }},
          {net({{A, 1}}), [](const Counts &x) { return 50 * x[MA]; }},
          {net({{R, 1}}), [](const Counts &x) { return 5 * x[MR]; }},
          {net({{A, -1}, {R, -1}, {C, 1}}), [](const Counts &x) { return 2 * x[A] * x[R]; }},
          {net({{C, -1}, {R, 1}}), [](const Counts &x) { return x[C]; }},
          {net({{A, -1}}), [](const Counts &x) { return x[A]; }},
          {net({{R, -1}}), [](const Counts &x) { return 0.2 * x[R]; }},
          {net({{MA, -1}}), [](const Counts &x) { return 10 * x[MA]; }},
          {net({{MR, -1}}), [](const Counts &x) { return 0.5 * x[MR]; }}},
         200, 1000, {species("A", A), species("R", R), species("C", C)}, 4);

  sample("decaying-dimerising", {100000, 0, 0},
         {{{-1, 0, 0}, [](const Counts &x) { return x[0]; }},
          {{-2, 1, 0}, [](const Counts &x) { return 0.002 * x[0] * (x[0] - 1) / 2; }},
          {{2, -1, 0}, [](const Counts &x) { return 0.5 * x[1]; }},
          {{0, -1, 1}, [](const Counts &x) { return 0.04 * x[1]; }}},
         30, 1000, {species("S1", 0), species("S2", 1), species("S3", 2)}, 5);
  printf("\n}\n");
}
