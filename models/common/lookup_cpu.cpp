// Correlations looked up around a flow, and their gradients, one sample after the other on one core.
// The volume of all pairs is never made: it holds (h w)^2 numbers, of which a lookup wants 64 a cell.
// The definition is `lookup(all_pairs(a, b), flow, radius)` in lookup.py.
#include <torch/extension.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

// The window of one cell: its corner in B, the bilinear shares, the side of the integer window.
struct Window {
  int x, y;
  float fx, fy;
};

// `factor` cells of A's grid are one of B's.
Window window_at(const float* u, const float* v, int64_t cell, int x, int y, int radius, int factor) {
  const float at_x = (std::clamp(u[cell] + x, -1e6f, 1e6f) + 0.5f) / factor - 0.5f;
  const float at_y = (std::clamp(v[cell] + y, -1e6f, 1e6f) + 0.5f) / factor - 0.5f;
  const float low_x = std::floor(at_x), low_y = std::floor(at_y);
  return {int(low_x) - radius, int(low_y) - radius, at_x - low_x, at_y - low_y};
}

float dot(const float* a, const float* b, int channels) {
  float sum = 0;
  for (int c = 0; c < channels; c++) sum += a[c] * b[c];
  return sum;
}

void add(float* out, float factor, const float* in, int channels) {
  for (int c = 0; c < channels; c++) out[c] += factor * in[c];
}

}  // namespace

// a (N, h, w, C), b (N, h', w', C) `factor` times coarser, flow (N, 2, h, w) in cells of A; (N, h, w, D * D), dy
// slow, dx fast.
torch::Tensor lookup_forward(torch::Tensor a, torch::Tensor b, torch::Tensor flow, int64_t radius, int64_t factor) {
  const int n = a.size(0), h = a.size(1), w = a.size(2), channels = a.size(3), d = 2 * radius + 1, side = d + 1;
  const int rows = b.size(1), columns = b.size(2);
  auto out = torch::empty({n, h, w, d * d}, a.options());
  std::vector<float> cells(side * side);
  for (int i = 0; i < n; i++) {
    const float *pa = a.data_ptr<float>() + int64_t(i) * h * w * channels;
    const float *pb = b.data_ptr<float>() + int64_t(i) * rows * columns * channels;
    const float *u = flow.data_ptr<float>() + int64_t(i) * 2 * h * w, *v = u + h * w;
    float* to = out.data_ptr<float>() + int64_t(i) * h * w * d * d;
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++, to += d * d) {
        const int64_t cell = int64_t(y) * w + x;
        const Window at = window_at(u, v, cell, x, y, radius, factor);
        for (int j = 0; j < side; j++)
          for (int k = 0; k < side; k++) {
            const int by = at.y + j, bx = at.x + k;
            const bool inside = by >= 0 && by < rows && bx >= 0 && bx < columns;
            cells[j * side + k] =
                inside ? dot(pa + cell * channels, pb + (int64_t(by) * columns + bx) * channels, channels) : 0;
          }
        for (int j = 0; j < d; j++)
          for (int k = 0; k < d; k++) {
            const float* c = &cells[j * side + k];
            const float top = c[0] + (c[1] - c[0]) * at.fx, low = c[side] + (c[side + 1] - c[side]) * at.fx;
            to[j * d + k] = top + (low - top) * at.fy;
          }
      }
  }
  return out;
}

// Gradients of a and b, given that of the result.
std::vector<torch::Tensor> lookup_backward(
    torch::Tensor grad, torch::Tensor a, torch::Tensor b, torch::Tensor flow, int64_t radius, int64_t factor) {
  const int n = a.size(0), h = a.size(1), w = a.size(2), channels = a.size(3), d = 2 * radius + 1, side = d + 1;
  const int rows = b.size(1), columns = b.size(2);
  auto grad_a = torch::zeros_like(a), grad_b = torch::zeros_like(b);
  std::vector<float> cells(side * side);
  for (int i = 0; i < n; i++) {
    const int64_t start = int64_t(i) * h * w * channels, start_b = int64_t(i) * rows * columns * channels;
    const float *pa = a.data_ptr<float>() + start, *pb = b.data_ptr<float>() + start_b;
    float *ga = grad_a.data_ptr<float>() + start, *gb = grad_b.data_ptr<float>() + start_b;
    const float *u = flow.data_ptr<float>() + int64_t(i) * 2 * h * w, *v = u + h * w;
    const float* from = grad.data_ptr<float>() + int64_t(i) * h * w * d * d;
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++, from += d * d) {
        const int64_t cell = int64_t(y) * w + x;
        const Window at = window_at(u, v, cell, x, y, radius, factor);
        std::fill(cells.begin(), cells.end(), 0.0f);
        for (int j = 0; j < d; j++)
          for (int k = 0; k < d; k++) {
            const float g = from[j * d + k], low = g * at.fy, top = g - low;
            float* c = &cells[j * side + k];
            c[0] += top * (1 - at.fx);
            c[1] += top * at.fx;
            c[side] += low * (1 - at.fx);
            c[side + 1] += low * at.fx;
          }
        for (int j = 0; j < side; j++)
          for (int k = 0; k < side; k++) {
            const int by = at.y + j, bx = at.x + k;
            if (by < 0 || by >= rows || bx < 0 || bx >= columns) continue;
            const int64_t other = (int64_t(by) * columns + bx) * channels;
            add(ga + cell * channels, cells[j * side + k], pb + other, channels);
            add(gb + other, cells[j * side + k], pa + cell * channels, channels);
          }
      }
  }
  return {grad_a, grad_b};
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
  module.def("forward", &lookup_forward);
  module.def("backward", &lookup_backward);
}
