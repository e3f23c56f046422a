/** @param q 0.5 is the median, 0.99 the 99th percentile; between two values it interpolates */
export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at % 1);
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** Rounds to significant digits. */
export function round(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
