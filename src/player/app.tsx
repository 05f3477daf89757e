import { useEffect, useMemo, useState } from 'preact/hooks';
import { plural, printable } from '../base/terminal.js';
import type { Finding } from '../judge/types.js';
import type { PageData, PageFinding } from '../report/html/data.js';
import { Simulator } from './client.js';
import { FindingView } from './finding.js';
import { Player } from './player.js';
import { formatRoute, parseRoute, type Route } from './route.js';
import { placeWords, SIGN } from './words.js';

/** A finding of the review with what the page holds of it. */
export interface Item {
  finding: Finding;
  page: PageFinding | null;
  patch: number;
}

/** The whole page: what was found on the left, one finding on the right. */
export function App({ data }: { data: PageData }) {
  const simulator = useMemo(() => new Simulator(data.programs), [data]);
  const [route, go] = useRoute();
  const items = useMemo(() => itemsOf(data), [data]);
  const trace = data.findings.find((f) => f.id === 'trace');
  if (trace)
    return (
      <>
        <Header data={data} title={`A saved run of ${trace.runs[0].title}`} />
        <main class="single">
          <Player {...{ data, page: trace, simulator, route, go }} extra={[]} />
        </main>
      </>
    );
  const chosen = items.find((i) => route.finding && i.finding.id.startsWith(route.finding));
  const item = chosen ?? items[0] ?? null;
  return (
    <>
      <Header data={data} title={titleOf(data)} />
      <div class="layout">
        <Contents data={data} items={items} current={item} />
        <main id="main">
          {item ? (
            <FindingView key={item.finding.id} {...{ data, item, simulator, route, go }} />
          ) : (
            <p>Nothing was run.</p>
          )}
        </main>
      </div>
    </>
  );
}

function itemsOf(data: PageData): Item[] {
  const order = ['violated', 'inconclusive', 'vacuous', 'bounded', 'holds'];
  // what the patch brings, then what the mail asks, then the rest
  const rank = ({ finding: f, patch }: Item): number => {
    if (f.change === 'introduced') return -2;
    return data.review.patches[patch].asked?.includes(f.id) ? -1 : order.indexOf(f.verdict);
  };
  return data.review.patches
    .flatMap((p, patch) =>
      p.findings.map((finding) => ({
        finding,
        patch,
        page: data.findings.find((f) => f.id === finding.id && f.patch === patch) ?? null,
      })),
    )
    .sort((a, b) => rank(a) - rank(b));
}

const titleOf = ({ review }: PageData): string =>
  review.patches.length === 1
    ? printable(review.patches[0].subject)
    : plural(review.patches.length, 'patch', 'patches');

function useRoute(): [Route, (r: Partial<Route>) => void] {
  const [route, set] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = () => set(parseRoute(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const go = (change: Partial<Route>) => {
    const next = { ...parseRoute(location.hash), ...change };
    // a step is no place to come back to: the history holds findings and runs
    const how = change.run !== undefined || change.finding !== undefined ? 'push' : 'replace';
    history[`${how}State`](null, '', formatRoute(next));
    set(next);
  };
  return [route, go];
}

function Header({ data, title }: { data: PageData; title: string }) {
  const all = data.review.patches.flatMap((p) => p.findings);
  const introduced = all.filter((f) => f.change === 'introduced').length;
  const hold = all.filter((f) => f.verdict === 'holds').length;
  const parts = [
    introduced ? `${plural(introduced, 'problem')} introduced` : 'nothing introduced',
    `${plural(hold, 'rule holds', 'rules hold')}`,
    ...(all.length - hold - introduced > 0 ? [`${all.length - hold - introduced} other`] : []),
  ];
  return (
    <header class="top">
      <a class="skip" href="#main">
        To the findings
      </a>
      <p class="brand">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d="M6 3v7a5 5 0 0 0 5 5h2a5 5 0 0 1 5 5v1M6 10v11" />
          <circle cx="6" cy="3" r="2" />
          <circle cx="6" cy="21" r="2" />
          <circle cx="18" cy="21" r="2" />
        </svg>
        forklore <span class="version">{data.review.tool.version}</span>
      </p>
      <h1>{title}</h1>
      {all.length > 0 && <p class="summary">{parts.join(' · ')}</p>}
    </header>
  );
}

function Contents(p: { data: PageData; items: Item[]; current: Item | null }) {
  const { review } = p.data;
  return (
    <nav class="contents" aria-label="Findings">
      {review.patches.map((patch, k) => {
        const own = p.items.filter((i) => i.patch === k);
        return (
          <section key={k}>
            {review.patches.length > 1 && <h2>{printable(patch.subject)}</h2>}
            {patch.findings.length === 0 && (
              <p class="quiet">
                {patch.status.replace('-', ' ')}: {printable(patch.reason)}
              </p>
            )}
            <ul>
              {own.map((i) => (
                <li key={i.finding.id}>
                  <ContentsLink item={i} current={i === p.current} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

function ContentsLink({ item: { finding: f }, current }: { item: Item; current: boolean }) {
  const href = formatRoute({ finding: f.id.slice(0, 8), run: null, step: null });
  return (
    <a href={href} class={`entry ${f.verdict}`} aria-current={current ? 'true' : undefined}>
      <span class="sign" aria-hidden="true">
        {SIGN[f.verdict]}
      </span>
      <span>
        <b>{f.rule}</b>
        <small>
          {f.verdict} · {placeWords(f.location.path, f.location.line)}
        </small>
      </span>
    </a>
  );
}
