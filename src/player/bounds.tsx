import type { Scenario, ThreadKind } from '../sim/scenario.js';

export interface BoundsProps {
  scenario: Scenario;
  onChange(s: Scenario): void;
}

const KINDS: [ThreadKind, string][] = [
  ['store', 'stores'],
  ['load', 'loads'],
  ['madvise', 'madvise()'],
  ['mmap-writer', 'takes the mmap lock'],
];
const MAX_VMAS = 6;
const MAX_PAGES = 4;
const MAX_THREADS = 3;

/** The bounds of a scenario, to be changed. */
export function BoundsForm({ scenario: s, onChange }: BoundsProps) {
  const change = (part: Partial<Scenario>) => onChange({ ...s, ...part });
  return (
    <>
      <div class="fields">
        <Count
          name="VMAs"
          value={s.vmas.length}
          min={1}
          max={Math.max(MAX_VMAS, s.vmas.length)}
          set={(n) => change({ vmas: resized(s.vmas, n) })}
        />
        <Count
          name="Pages in the first VMA"
          value={s.vmas[0].pages.length}
          min={0}
          max={MAX_PAGES}
          set={(n) => {
            const [first, ...rest] = s.vmas;
            const pages = first.pages.length ? first.pages : (['writable'] as const);
            change({ vmas: [{ ...first, pages: n ? resized(pages, n) : [] }, ...rest] });
          }}
        />
        <Count
          name="Other threads"
          value={s.threads.length}
          min={0}
          max={MAX_THREADS}
          set={(n) => {
            const threads = s.threads.length ? s.threads : [{ accesses: 1 }];
            change({ threads: n ? resized(threads, n) : [] });
          }}
        />
        <Count
          name="Failing allocations"
          value={s.failures}
          min={0}
          max={2}
          set={(failures) => change({ failures })}
        />
      </div>
      {s.threads.length > 0 && (
        <div class="fields">
          {s.threads.map((t, k) => {
            const set = (part: Partial<typeof t>) =>
              change({ threads: s.threads.map((x, n) => (n === k ? { ...x, ...part } : x)) });
            return (
              <fieldset key={k}>
                <legend>Thread {String.fromCharCode(65 + k)}</legend>
                <label>
                  does
                  <select
                    value={t.kind ?? 'store'}
                    onChange={(e) => set({ kind: e.currentTarget.value as ThreadKind })}
                  >
                    {KINDS.map(([kind, text]) => (
                      <option key={kind} value={kind}>
                        {text}
                      </option>
                    ))}
                  </select>
                </label>
                <Count
                  name="times"
                  value={t.accesses}
                  min={1}
                  max={4}
                  set={(accesses) => set({ accesses })}
                />
              </fieldset>
            );
          })}
        </div>
      )}
      <div class="fields">
        <Check
          name="A fatal signal may arrive"
          value={s.signal}
          set={(signal) => change({ signal })}
        />
        <Check
          name="Page-fault allocations may fail"
          value={s.faultFailures}
          set={(faultFailures) => change({ faultFailures })}
        />
      </div>
    </>
  );
}

/** `n` items: the first ones, then copies of the last. */
const resized = <T,>(list: readonly T[], n: number): T[] =>
  Array.from({ length: n }, (_, k) => list[Math.min(k, list.length - 1)]);

function Count(p: { name: string; value: number; min: number; max: number; set(n: number): void }) {
  return (
    <label>
      {p.name}
      <input
        type="number"
        inputMode="numeric"
        min={p.min}
        max={p.max}
        value={p.value}
        onInput={(e) => {
          const n = Number(e.currentTarget.value);
          if (Number.isInteger(n) && n >= p.min && n <= p.max) p.set(n);
        }}
      />
    </label>
  );
}

function Check(p: { name: string; value: boolean; set(on: boolean): void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={p.value} onChange={(e) => p.set(e.currentTarget.checked)} />
      {p.name}
    </label>
  );
}
