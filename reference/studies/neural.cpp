// Check numbers of the networks on which neural solvers of the master equation were tried and that are too large to solve.
//
//     g++ -O2 -o neural neural.cpp && ./neural > neural-sample.json
#include "sample.hpp"

using Net = std::vector<std::pair<int, int>>;
static std::vector<int> changes(int n, const Net &pairs) {
  std::vector<int> v(n, 0);
  for (auto &[s, d] : pairs) v[s] += d;
  return v;
}
static std::vector<Quantity> chosen(std::vector<std::pair<const char *, int>> names) {
  std::vector<Quantity> out;
  for (auto &[name, s] : names) out.push_back(species(name, s));
  return out;
}

/** Fifteen species in a row, each turning into the next. */
static void cascade(const char *name, double decay, double until, long replicates, unsigned seed,
                    std::function<double(const Counts &)> birth, std::function<double(double)> convert) {
  const int n = 15;
  std::vector<Reaction> reactions = {{changes(n, {{0, 1}}), birth}};
  for (int k = 0; k < n; k++) {
    if (k + 1 < n)
      reactions.push_back({changes(n, {{k, -1}, {k + 1, 1}}), [=](const Counts &x) { return x[k] >= 1 ? convert(x[k]) : 0.0; }});
    reactions.push_back({changes(n, {{k, -1}}), [=](const Counts &x) { return decay * x[k]; }});
  }
  sample(name, Counts(n, 0), reactions, until, replicates, chosen({{"X1", 0}, {"X5", 4}, {"X14", 13}, {"X15", 14}}), seed);
}

static void feedForward(const char *name, double k1, double k2, double k3, unsigned seed) {
  enum { A, B, C, Gb, GbA, Gc, GcA, GcB, n };
  auto make = [](Net net, std::function<double(const Counts &)> a) { return Reaction{changes(n, net), a}; };
  auto bind = [&](int protein, int gene, int complex) {
    return make({{protein, -1}, {gene, -1}, {complex, 1}}, [=](const Counts &x) { return 0.005 * x[protein] * x[gene]; });
  };
  auto part = [&](int protein, int gene, int complex) {
    return make({{protein, 1}, {gene, 1}, {complex, -1}}, [=](const Counts &x) { return 0.1 * x[complex]; });
  };
  Counts start(n, 0);
  start[Gb] = start[Gc] = 1;
  sample(name, start,
         {make({{A, 1}}, [](const Counts &) { return 10.0; }),
          make({{B, 1}}, [=](const Counts &x) { return 10 * x[Gb] + 10 * k1 * x[GbA]; }),
          make({{C, 1}}, [=](const Counts &x) { return 10 * x[Gc] + 10 * k3 * x[GcA] + 10 * k2 * x[GcB]; }),
          make({{A, -1}}, [](const Counts &x) { return x[A]; }), make({{B, -1}}, [](const Counts &x) { return x[B]; }),
          make({{C, -1}}, [](const Counts &x) { return x[C]; }), bind(A, Gb, GbA), part(A, Gb, GbA), bind(A, Gc, GcA),
          part(A, Gc, GcA), bind(B, Gc, GcB), part(B, Gc, GcB)},
         100, 20000, chosen({{"A", A}, {"B", B}, {"C", C}, {"GbA", GbA}, {"GcA", GcA}, {"GcB", GcB}}), seed);
}

static void mapk() {
  enum { E, M, K, KY, KT, Kpp, KEY, KET, KYE, KTE, KppM, KYM, KTMY, KTMT, KMT, KMY, n };
  std::vector<Reaction> r;
  auto one = [&](int from, Net net, double k) {
    r.push_back({changes(n, net), [=](const Counts &x) { return from < 0 ? k : k * x[from]; }});
  };
  auto two = [&](int a, int b, int to, double k) {
    r.push_back({changes(n, {{a, -1}, {b, -1}, {to, 1}}), [=](const Counts &x) { return k * x[a] * x[b]; }});
  };
  auto split = [&](int from, int a, int b, double k) { one(from, {{from, -1}, {a, 1}, {b, 1}}, k); };
  one(-1, {{E, 1}}, 0.001), one(E, {{E, -1}}, 0.15), one(Kpp, {{E, 1}}, 0.005), one(-1, {{K, 1}}, 0.00024);
  for (int s : {K, KY, KT, Kpp}) one(s, {{s, -1}}, 1e-4);
  two(E, K, KEY, 0.375), split(KEY, E, K, 1), split(KEY, E, KY, 0.06), two(E, KY, KYE, 0.375), split(KYE, E, KY, 1);
  split(KYE, E, Kpp, 4.5), two(E, K, KET, 0.375), split(KET, E, K, 1), split(KET, E, KT, 0.06), two(E, KT, KTE, 0.375);
  split(KTE, E, KT, 1), split(KTE, E, Kpp, 4.5), two(M, Kpp, KppM, 0.015), split(KppM, M, Kpp, 1);
  one(KppM, {{KppM, -1}, {KTMY, 1}}, 0.032), split(KTMY, M, KT, 0.31), two(M, KT, KTMY, 0.01), two(M, KT, KTMT, 0.01);
  split(KTMT, M, KT, 1), one(KTMT, {{KTMT, -1}, {KMT, 1}}, 0.5), split(KMT, M, K, 0.086), two(M, K, KMT, 0.0011);
  two(M, KY, KYM, 0.01), split(KYM, M, KY, 1), one(KYM, {{KYM, -1}, {KMY, 1}}, 0.47), split(KMY, M, K, 0.14);
  two(M, K, KMY, 0.0018);
  Counts start(n, 0);
  start[M] = 1, start[K] = 3;
  auto is = [](const char *name, int count) {
    return Quantity{name, [=](const Counts &x) { return x[Kpp] == count ? 1.0 : 0.0; }};
  };
  auto quantities = chosen({{"E", E}, {"MKP3", M}, {"K", K}, {"Kpp", Kpp}});
  quantities.push_back(is("none", 0));
  quantities.push_back(is("two", 2));
  sample("mapk", start, r, 10000, 20000, quantities, 14);
}

/** Plain powers, also where there are fewer molecules than a pair or a triple has: as in the authors' code. */
static void lattice(int side, double until, long replicates) {
  const int n = side * side;
  std::vector<Reaction> reactions;
  for (int k = 0; k < n; k++) {
    reactions.push_back({changes(n, {{k, 1}}), [=](const Counts &x) { return 2.676 * x[k] * x[k] + 108.102; }});
    reactions.push_back({changes(n, {{k, -1}}), [=](const Counts &x) {
                           return 0.040 * x[k] * x[k] * x[k] + 37.881 * x[k];
                         }});
    for (int j = 0; j < n; j++)
      if (std::abs(k % side - j % side) + std::abs(k / side - j / side) == 1)
        reactions.push_back({changes(n, {{k, -1}, {j, 1}}), [=](const Counts &x) { return 8.2207 * x[k]; }});
  }
  Quantity low{"low", [](const Counts &x) {
                 double sites = 0;
                 for (double count : x) sites += count <= 15;
                 return sites;
               }};
  sample("schlogl-lattice", Counts(n, 50), reactions, until, replicates, {species("X11", 0), species("X22", 4), low}, 15);
}

int main() {
  cascade("hill-cascade", 2.5, 2, 4000, 11, [](const Counts &) { return 166.667; },
          [](double x) { return 16.667 + 1666.67 * x / (66.667 + x); });
  cascade("feedback-cascade", 1, 10, 40000, 12, [](const Counts &x) { return 1 + 100 / (10 + x[14]); },
          [](double x) { return 5 * x; });
  feedForward("feed-forward-two", 3, 0.5, 5, 16);
  feedForward("feed-forward-three", 0.1, 2.75, 5, 17);
  mapk();
  lattice(3, 0.2, 400);
  printf("\n}\n");
}
