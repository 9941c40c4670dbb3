/** The definition of {@link findExtrema}, without its checks. */
export function findExtremaReference(
  layers: readonly Float32Array[],
  width: number,
  height: number,
  border: number,
  least: number,
): number[][] {
  const difference = (s: number, i: number): number => Math.fround(layers[s + 1][i] - layers[s][i]);
  return Array.from({ length: layers.length - 3 }, (_, k) => {
    const found: number[] = [];
    for (let y = border; y < height - border; y++)
      for (let x = border; x < width - border; x++) {
        const i = y * width + x;
        const value = difference(k + 1, i);
        const sign = value > 0 ? 1 : -1;
        if (!(value * sign > least)) continue;
        let beyond = false;
        for (let s = k; s <= k + 2; s++)
          for (let j = i - width; j <= i + width; j += width)
            for (let n = j - 1; n <= j + 1; n++) beyond ||= difference(s, n) * sign > value * sign;
        if (!beyond) found.push(i);
      }
    return found;
  });
}
