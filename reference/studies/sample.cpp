// Check numbers of the gallery for networks too large to solve: the direct method, written out for each network, with
// the standard library's generator. Nothing here knows the program that is checked.
//
//     g++ -O2 -o sample sample.cpp && ./sample > sample.json
#include "sample.hpp"

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
