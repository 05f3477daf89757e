import { type CostRows, type CostSeries, costSeries } from './cost-series.js';
import { Scroll } from './scroll.js';

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 64;
const BOTTOM = 44;
const MARGIN = 14;

/** Maps a logarithmic range onto pixels. */
function scale(values: number[], from: number, to: number): (x: number) => number {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const span = high - low || 1;
  return (x) => from + ((Math.log10(x) - low) / span) * (to - from);
}

/** Powers of ten within a range. */
function decades(values: number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const out: number[] = [];
  for (let x = 10 ** Math.ceil(Math.log10(low)); x <= high; x *= 10) out.push(x);
  return out;
}

/** fork() calls per ten seconds against the number of VMAs, both logarithmic; and the figures as a table. */
export function CostPlot({ cost }: { cost: CostRows }) {
  const series = costSeries(cost);
  const points = series.flatMap((s) => s.points);
  const [xs, ys] = [points.map((p) => p.vmas), points.map((p) => p.forks)];
  const x = scale(xs, LEFT + 10, WIDTH - MARGIN);
  const y = scale(ys, HEIGHT - BOTTOM - 10, MARGIN);
  return (
    <section class="card cost" aria-labelledby="cost-title">
      <h3 id="cost-title">Cost of fork</h3>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label="fork calls in ten seconds against the number of VMAs; the table below has the figures"
      >
        {decades(xs).map((v) => (
          <g key={v}>
            <line class="grid" x1={x(v)} x2={x(v)} y1={MARGIN} y2={HEIGHT - BOTTOM} />
            <text x={x(v)} y={HEIGHT - BOTTOM + 18} text-anchor="middle">
              {v.toLocaleString('en')}
            </text>
          </g>
        ))}
        {decades(ys).map((v) => (
          <g key={v}>
            <line class="grid" x1={LEFT} x2={WIDTH - MARGIN} y1={y(v)} y2={y(v)} />
            <text x={LEFT - 8} y={y(v) + 4} text-anchor="end">
              {v.toLocaleString('en')}
            </text>
          </g>
        ))}
        <text x={WIDTH / 2} y={HEIGHT - 6} text-anchor="middle">
          VMAs
        </text>
        {series.map((s, k) => (
          <Line key={s.name} series={s} k={k} x={x} y={y} />
        ))}
      </svg>
      <ul class="legend">
        {series.map((s, k) => (
          <li key={s.name}>
            <svg viewBox="0 0 28 14" width="28" height="14" aria-hidden="true">
              {s.kind === 'simulated' && (
                <line class={`series s${k}`} x1="0" x2="28" y1="7" y2="7" />
              )}
              {s.kind === 'published' && <Mark k={k} x={14} y={7} />}
            </svg>
            {s.name}
          </li>
        ))}
      </ul>
      <Figures series={series} />
      {cost.rows.some((r) => r.vmas > cost.extendedFrom) && (
        <p class="key quiet">
          Above {cost.extendedFrom.toLocaleString('en')} VMAs the counts were extended from smaller
          sizes.
        </p>
      )}
    </section>
  );
}

function Line(p: { series: CostSeries; k: number; x(v: number): number; y(v: number): number }) {
  const at = p.series.points.map((q) => [p.x(q.vmas), p.y(q.forks)] as const);
  if (p.series.kind === 'simulated')
    return <polyline class={`series s${p.k}`} points={at.map((q) => q.join(',')).join(' ')} />;
  return (
    <>
      {at.map(([x, y]) => (
        <Mark key={x} k={p.k} x={x} y={y} />
      ))}
    </>
  );
}

/** Another shape for each series. */
function Mark({ k, x, y }: { k: number; x: number; y: number }) {
  const cls = `mark s${k}`;
  if (k % 2 === 0) return <circle class={cls} cx={x} cy={y} r="4.5" />;
  return <rect class={cls} x={x - 4} y={y - 4} width="8" height="8" />;
}

function Figures({ series }: { series: CostSeries[] }) {
  const vmas = [...new Set(series.flatMap((s) => s.points.map((p) => p.vmas)))].sort(
    (a, b) => a - b,
  );
  return (
    <Scroll label="Figures">
      <table class="plain">
        <caption>fork() calls in ten seconds</caption>
        <thead>
          <tr>
            <th scope="col">VMAs</th>
            {series.map((s) => (
              <th scope="col" key={s.name}>
                {s.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {vmas.map((n) => (
            <tr key={n}>
              <th scope="row">{n.toLocaleString('en')}</th>
              {series.map((s) => (
                <td class="number" key={s.name}>
                  {s.points.find((p) => p.vmas === n)?.forks.toLocaleString('en') ?? ''}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
