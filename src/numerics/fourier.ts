/** The discrete Fourier transform of lengths that are powers of two (Cooley & Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1). */

/** The smallest power of two that is not below n. */
export function powerOfTwo(n: number): number {
  let size = 1
  while (size < n) size *= 2
  return size
}

/** In place: X[k] = Σ x[j]·e^(−2πi·jk/N). Both parts have the same length N, a power of two. */
export function fourier(re: Float64Array, im: Float64Array): void {
  const n = re.length
  reverseBits(re, im)
  for (let half = 1; half < n; half *= 2) {
    for (let k = 0; k < half; k++) {
      const angle = (-Math.PI * k) / half
      const [c, s] = [Math.cos(angle), Math.sin(angle)]
      for (let a = k; a < n; a += 2 * half) {
        const b = a + half
        const x = re[b] * c - im[b] * s
        const y = re[b] * s + im[b] * c
        re[b] = re[a] - x
        im[b] = im[a] - y
        re[a] += x
        im[a] += y
      }
    }
  }
}

function reverseBits(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i >= j) continue
    ;[re[i], re[j]] = [re[j], re[i]]
    ;[im[i], im[j]] = [im[j], im[i]]
  }
}

/** |X[k]|² of a real sequence padded with zeros to `size`, a power of two; k = 0 … size/2. */
export function power(values: ArrayLike<number>, size: number): Float64Array {
  const [re, im] = [new Float64Array(size), new Float64Array(size)]
  re.set(values)
  fourier(re, im)
  return Float64Array.from({ length: (size >> 1) + 1 }, (_, k) => re[k] ** 2 + im[k] ** 2)
}

/** Σ_t x[t]·x[t + lag] for lag = 0 … lags − 1, by way of the power: n log n instead of n·lags. */
export function lagProducts(values: ArrayLike<number>, lags: number): Float64Array {
  // Zeros as long as the longest lag keep the two ends apart.
  const size = powerOfTwo(values.length + lags)
  const [re, im] = [new Float64Array(size), new Float64Array(size)]
  re.set(values)
  fourier(re, im)
  for (let k = 0; k < size; k++) {
    re[k] = re[k] ** 2 + im[k] ** 2
    im[k] = 0
  }
  fourier(re, im)
  return re.slice(0, lags).map((sum) => sum / size)
}
