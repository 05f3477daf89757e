/** An observation: the time of a fork in ns, and what it counted. */
export interface Observation {
  time: number;
  counts: readonly [number, number, number];
}

/** Prices that are never negative, one for each count, and the largest error of a rate that they leave. */
export interface Fit {
  prices: [number, number, number];
  error: number;
}

type Row = { a: readonly [number, number, number]; b: number };

/**
 * The prices that keep the largest relative error of the rates (1 / time) smallest over all observations. Minimax, by
 * bisection: whether an error can be kept is a linear question, answered by trying the corners of what it allows.
 * Deterministic; good to a millionth.
 */
export function fitPrices(observations: readonly Observation[]): Fit {
  let low = 0;
  let high = 0.5;
  let prices = corner(rowsFor(observations, high));
  if (!prices) throw new Error('no prices within an error of 50 %');
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    const found = corner(rowsFor(observations, middle));
    if (found) {
      prices = found;
      high = middle;
    } else low = middle;
  }
  return { prices, error: high };
}

/** a * prices <= b: each modelled time within the error, no price below 0. */
function rowsFor(observations: readonly Observation[], error: number): Row[] {
  const rows: Row[] = [];
  for (const {
    time,
    counts: [x, y, z],
  } of observations) {
    rows.push({ a: [x / time, y / time, z / time], b: 1 / (1 - error) });
    rows.push({ a: [-x / time, -y / time, -z / time], b: -1 / (1 + error) });
  }
  rows.push({ a: [-1, 0, 0], b: 0 }, { a: [0, -1, 0], b: 0 }, { a: [0, 0, -1], b: 0 });
  return rows;
}

/** A point that meets all rows: if there is one, there is one where three of them are met exactly. */
function corner(rows: readonly Row[]): [number, number, number] | null {
  for (let i = 0; i < rows.length; i++)
    for (let j = i + 1; j < rows.length; j++)
      for (let k = j + 1; k < rows.length; k++) {
        const p = meet(rows[i], rows[j], rows[k]);
        if (p && rows.every(({ a, b }) => a[0] * p[0] + a[1] * p[1] + a[2] * p[2] <= b + 1e-9))
          return p;
      }
  return null;
}

function meet(p: Row, q: Row, r: Row): [number, number, number] | null {
  const det = (
    a: readonly [number, number, number],
    b: readonly [number, number, number],
    c: readonly [number, number, number],
  ): number =>
    a[0] * (b[1] * c[2] - b[2] * c[1]) -
    a[1] * (b[0] * c[2] - b[2] * c[0]) +
    a[2] * (b[0] * c[1] - b[1] * c[0]);
  const column = (n: 0 | 1 | 2): [number, number, number] => [p.a[n], q.a[n], r.a[n]];
  const [x, y, z] = [column(0), column(1), column(2)];
  const right: [number, number, number] = [p.b, q.b, r.b];
  const d = det(x, y, z);
  const scale = Math.hypot(...x) * Math.hypot(...y) * Math.hypot(...z);
  if (Math.abs(d) < 1e-12 * scale) return null;
  return [det(right, y, z) / d, det(x, right, z) / d, det(x, y, right) / d];
}
