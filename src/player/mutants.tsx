import { plural, printable } from '../base/terminal.js';
import type { PageFinding } from '../report/html/data.js';
import { PROPERTIES } from '../sim/property/properties.js';
import { Scroll } from './scroll.js';

export interface MutantsProps {
  page: PageFinding;
  onWatch(run: string): void;
  /** Key of the run that is being watched. */
  current: string | null;
}

/** The edits that a pass was put to the test with, and what became of each. */
export function Mutants({ page, onWatch, current }: MutantsProps) {
  const caught = page.mutants.filter((m) => m.run !== null).length;
  return (
    <section class="card">
      <h3>Mutants of the patched code</h3>
      <p>
        A pass counts only when the same runs catch edits of what it is about. Caught {caught} of{' '}
        {plural(page.mutants.length, 'mutant')}.
      </p>
      <Scroll label="Mutants">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">Edit</th>
              <th scope="col">Outcome</th>
              <th scope="col">How</th>
              <th scope="col">Watch</th>
            </tr>
          </thead>
          <tbody>
            {page.mutants.map((m) => {
              const run = page.runs.find((r) => r.key === m.run);
              const breach = PROPERTIES.find((p) => p.id === run?.property)?.breach;
              return (
                <tr key={m.label}>
                  <th scope="row">
                    <code>{printable(m.label)}</code>
                  </th>
                  <td>{run ? '✓ caught' : '○ not caught'}</td>
                  <td>{breach ?? 'no run fails'}</td>
                  <td>
                    {run && (
                      <button
                        type="button"
                        onClick={() => onWatch(run.key)}
                        aria-label={`Watch the run that catches ${printable(m.label)}`}
                      >
                        {current === run.key ? 'Shown above' : 'Watch'}
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
