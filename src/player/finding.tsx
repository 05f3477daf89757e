import { useState } from 'preact/hooks';
import { plural, printable } from '../base/terminal.js';
import type { Finding, Suggestion } from '../judge/types.js';
import type { PageData, PageRun } from '../report/html/data.js';
import type { Item } from './app.js';
import type { Simulator } from './client.js';
import { CostPlot } from './cost-plot.js';
import type { CostRows } from './cost-series.js';
import { Explore } from './explore.js';
import { Mutants } from './mutants.js';
import { Player } from './player.js';
import type { Route } from './route.js';
import { Scroll } from './scroll.js';
import { Patch } from './source.js';
import {
  changeWord,
  countWords,
  failureWords,
  placeWords,
  SIGN,
  threadWords,
  vmaWords,
} from './words.js';

export interface FindingProps {
  data: PageData;
  item: Item;
  simulator: Simulator;
  route: Route;
  go(change: Partial<Route>): void;
}

/** One finding: what it says, a run to watch, what was explored, and the means to explore again. */
export function FindingView({ data, item, simulator, route, go }: FindingProps) {
  const { finding: f, page } = item;
  const cost = costOf(f);
  // runs that were found in the page
  const [extra, setExtra] = useState<PageRun[]>([]);
  const watch = (run: string) => {
    go({ finding: f.id.slice(0, 8), run, step: null });
    document.getElementById('player-top')?.scrollIntoView();
  };
  return (
    <article aria-labelledby="finding-title">
      <Head item={item} />
      {page && page.runs.length + extra.length > 0 ? (
        <Player {...{ data, page, simulator, route, go, extra }} />
      ) : (
        <section class="card">
          <h3>The patch</h3>
          <Patch files={data.patches[item.patch]?.files ?? []} mark={f.location} />
        </section>
      )}
      {cost && <CostPlot cost={cost} />}
      <Explored item={item} notes={notesOf(data, item)} />
      {page && page.mutants.length > 0 && (
        <Mutants page={page} onWatch={watch} current={route.run} />
      )}
      {page && page.explored.length > 0 && (
        <Explore
          {...{ data, page, simulator }}
          onRun={(run) => {
            setExtra([...extra, run]);
            watch(run.key);
          }}
          found={extra.length}
        />
      )}
    </article>
  );
}

/** The figures of a finding about cost; null for any other. */
const costOf = ({ evidence }: Finding): CostRows | null => evidence.cost ?? null;

function Head({ item: { finding: f } }: { item: Item }) {
  const e = f.evidence;
  const change = changeWord(f);
  return (
    <header class="finding">
      <h2 id="finding-title">
        <span class={`badge ${f.verdict}`}>
          <span aria-hidden="true">{SIGN[f.verdict]} </span>
          {f.verdict}
        </span>{' '}
        {f.rule}
      </h2>
      <p class="place">
        <code>{printable(placeWords(f.location.path, f.location.line))}</code>
        {f.subject && <code class="subject">{printable(f.subject)}</code>}
        {change && <span class="change">{change}</span>}
      </p>
      <p class="message">{printable(f.message)}</p>
      {!costOf(f) && <p class="counts">{countWords(e.states, e.failing, e.exhausted)}</p>}
      {f.suppressed && (
        <p class="counts">
          Dismissed: {printable(f.suppressed.reason)}
          {f.suppressed.expires && ` (until ${printable(f.suppressed.expires)})`}
        </p>
      )}
      {f.suggestion && <Suggested suggestion={f.suggestion} />}
    </header>
  );
}

function Suggested({ suggestion: s }: { suggestion: Suggestion }) {
  return (
    <details class="suggestion">
      <summary>
        With this edit of {printable(s.path)}:{s.startLine}, none of {plural(s.states, 'state')}{' '}
        fails
      </summary>
      <pre>{printable(s.text)}</pre>
    </details>
  );
}

/** How the source was rebuilt, and what of the input could not be used. */
const notesOf = ({ review }: PageData, { patch }: Item): string[] => [
  ...(review.patches[patch].notes ?? []),
  ...(review.problems ?? []).map((p) => `${p.input}: ${p.message}`),
];

function Explored({ item: { finding: f, page }, notes }: { item: Item; notes: string[] }) {
  const e = f.evidence;
  return (
    <section class="card">
      <h3>{e.scenarios ? 'What was explored' : 'What the figures rest on'}</h3>
      {e.scenarios !== undefined && (
        <Scroll label="Scenarios">
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">Scenario</th>
                <th scope="col">Memory of the parent</th>
                <th scope="col">Other threads</th>
                <th scope="col">May fail</th>
                <th scope="col">States</th>
                <th scope="col">Outcome</th>
              </tr>
            </thead>
            <tbody>
              {(e.scenarios ?? []).map((s) => {
                const spec = page?.explored.find((x) => x.scenario.id === s.id)?.scenario;
                return (
                  <tr key={s.id}>
                    <th scope="row">{s.id}</th>
                    <td>{spec ? vmaWords(spec) : ''}</td>
                    <td>{spec ? threadWords(spec) : ''}</td>
                    <td>{spec ? failureWords(spec) : ''}</td>
                    <td class="number">{s.states.toLocaleString('en')}</td>
                    <td>
                      {s.failing ? `${s.failing.toLocaleString('en')} failing` : 'none fails'},{' '}
                      {s.exhausted ? 'to the end' : 'not to the end'}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      )}
      <Notes title="Source" list={notes} />
      <Notes title="Assumed" list={e.assumptions} />
      <Notes title="Not modelled" list={e.notModelled} />
    </section>
  );
}

function Notes({ title, list }: { title: string; list: string[] }) {
  if (list.length === 0) return null;
  return (
    <details>
      <summary>
        {title} ({list.length})
      </summary>
      <ul>
        {list.map((x) => (
          <li key={x}>{printable(x)}</li>
        ))}
      </ul>
    </details>
  );
}
