import type { CostRow, CostTable } from '../sim/cost/table.js';

const fixed = (x: number | null, n: number): string => (x === null ? '-' : x.toFixed(n));
const signed = (x: number | null): string =>
  x === null ? '-' : `${x < 0 ? '' : '+'}${x.toFixed(2)}%`;

/** Columns to the right, as wide as they need to be. */
function columns(rows: readonly (readonly string[])[], left: readonly number[] = []): string[] {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((r) => r[c].length)));
  return rows.map((r) =>
    r
      .map((cell, c) => (left.includes(c) ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
      .join('  ')
      .trimEnd(),
  );
}

function countLines(t: CostTable): string[] {
  const head = [
    'VMAs',
    'program',
    'nodes',
    'words',
    'slots',
    'us',
    'forks/10s',
    'published',
    'error',
  ];
  const body = t.rows.map((r) => [
    String(r.vmas),
    r.program,
    String(r.nodes),
    String(r.words),
    String(r.slots),
    fixed(r.microseconds, 1),
    fixed(r.forksPerTenSeconds, 0),
    r.published === null ? '-' : String(r.published),
    signed(r.errorPercent),
  ]);
  return columns([head, ...body], [1]);
}

function gainLines(t: CostTable): string[] {
  const head = ['VMAs', 'gain', 'published'];
  return columns([
    head,
    ...t.gains.map((g) => [String(g.vmas), signed(g.simulatedPercent), signed(g.publishedPercent)]),
  ]);
}

/** Columns that a bar may take. */
const BAR = 52;

/** Forks per ten seconds over the sizes, as bars on a logarithmic scale; `|` where the published figure is. */
function plot(t: CostTable): string[] {
  const rates = t.rows.flatMap((r) => [r.forksPerTenSeconds, r.published ?? r.forksPerTenSeconds]);
  const low = Math.log10(Math.min(...rates)) - 0.2;
  const span = Math.log10(Math.max(...rates)) - low;
  const at = (rate: number) => Math.max(1, Math.round(((Math.log10(rate) - low) / span) * BAR));
  const bar = (r: CostRow): string => {
    const cells = '='
      .repeat(at(r.forksPerTenSeconds))
      .padEnd(BAR + 1)
      .split('');
    if (r.published !== null) cells[at(r.published) - 1] = '|';
    return cells.join('').trimEnd();
  };
  return columns(
    t.rows.map((r) => [String(r.vmas), r.program, bar(r)]),
    [1, 2],
  );
}

function pricesOf(t: CostTable): string {
  const { fork, work, slot } = t.prices;
  return `${(fork / 1000).toFixed(2)} us a fork, ${work.toFixed(3)} ns a unit of work, ${slot.toFixed(2)} ns a slot`;
}

/** The table for people, with a plot. */
export function costText(t: CostTable): string {
  const sources = t.programs.map((p) => `${p.name}: ${p.source}`).join(', ');
  const out = [
    `fork() with ${t.layout} VMAs (${sources})`,
    pricesOf(t),
    '',
    ...countLines(t),
    '',
    ...(t.gains.length
      ? [`${t.programs[1].name} over ${t.programs[0].name}`, ...gainLines(t), '']
      : []),
    'forks per ten seconds, logarithmic; | is the published figure',
    ...plot(t),
    '',
  ];
  if (t.assumed.length) out.push(`taken to do nothing: ${t.assumed.join(', ')}`);
  out.push(
    t.maxErrorPercent === null
      ? 'no size of these was published'
      : `largest error against the published figures: ${t.maxErrorPercent.toFixed(2)}%`,
  );
  return `${out.join('\n')}\n`;
}

/** The table for programs (schema `forklore.cost/1`). */
export function costJson(t: CostTable): string {
  return `${JSON.stringify({ schema: 'forklore.cost/1', ...t }, null, 2)}\n`;
}

const CSV: readonly (keyof CostRow)[] = [
  'vmas',
  'program',
  'algorithm',
  'nodes',
  'words',
  'slots',
  'work',
  'microseconds',
  'forksPerTenSeconds',
  'published',
  'errorPercent',
];

/** The rows for spreadsheets; an empty field where nothing was published. */
export function costCsv(t: CostTable): string {
  const lines = t.rows.map((r) => CSV.map((k) => String(r[k] ?? '')).join(','));
  return `${[CSV.join(','), ...lines].join('\n')}\n`;
}
