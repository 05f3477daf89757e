import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { printable } from '../base/terminal.js';
import type { Location } from '../judge/types.js';
import type { PageData, PageProgram } from '../report/html/data.js';
import type { Listing } from '../sim/explore/trace.js';
import type { SourcePlace } from '../sim/kernel/picture.js';
import type { ProgramDelta } from '../sim/mutate/delta.js';
import { editedLines } from './edited.js';
import { listingOf } from './listing.js';
import { Scroll } from './scroll.js';

type Files = PageData['patches'][0]['files'];

export interface CodeProps {
  program: PageProgram;
  delta: ProgramDelta | null;
  entry: string;
  /** Where fork is; `paused` while another thread takes a step. Null before the first step. */
  here: { place: SourcePlace; paused: boolean } | null;
  files: Files;
  /** Line of the finding. */
  mark: Location | null;
}

/** The patched function and the patch, both with the line of the current step. */
export function Code({ program, delta, entry, here, files, mark }: CodeProps) {
  const [tab, setTab] = useState<'function' | 'patch'>('function');
  const edits = useMemo(
    () => (delta ? editedLines(program.program, delta) : new Map<string, Set<number>>()),
    [program, delta],
  );
  const shown = here?.place ?? null;
  const listing = listingOf(program, shown?.function ?? entry) ?? listingOf(program, entry);
  const tabs = files.length > 0 ? (['function', 'patch'] as const) : (['function'] as const);
  return (
    <section class="card code" aria-label="Source">
      <div class="tabs" role="tablist" aria-label="Source">
        {tabs.map((t) => (
          <button
            key={t}
            type="button"
            role="tab"
            id={`tab-${t}`}
            aria-selected={t === tab}
            aria-controls="code-panel"
            onClick={() => setTab(t)}
          >
            {t === 'patch' ? 'Patch' : `${listing?.function ?? entry}()`}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="code-panel" aria-labelledby={`tab-${tab}`}>
        {tab === 'patch' ? (
          <Patch files={files} mark={mark} here={here} />
        ) : listing ? (
          <Lines listing={listing} here={here} edits={edits.get(listing.function)} />
        ) : (
          <p class="quiet">No source of {entry}() is at hand.</p>
        )}
      </div>
    </section>
  );
}

const pointerOf = (here: CodeProps['here']): string => (here?.paused ? '▷' : '▶');

/** Keeps an element in the middle of the box that scrolls it. */
function useMiddle(key: unknown) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const b = box.current;
    const line = b?.querySelector<HTMLElement>('[data-middle]');
    if (b && line) b.scrollTop = line.offsetTop - b.clientHeight / 2;
  }, [key]);
  return box;
}

interface FunctionProps {
  listing: Listing;
  here: CodeProps['here'];
  edits: Set<number> | undefined;
}

function Lines({ listing, here, edits }: FunctionProps) {
  const at = here?.place.at ?? null;
  const current = at === null ? -1 : at - listing.at;
  const box = useMiddle(`${listing.function} ${at}`);
  const filled = listing.lines.some((l) => l.filled);
  const firstEdit = edits && listing.lines.findIndex((_, k) => edits.has(listing.at + k));
  return (
    <>
      <Scroll label={`${listing.function}()`} class="source" box={box}>
        <ol>
          {listing.lines.map((l, k) => {
            const edited = edits?.has(listing.at + k);
            const names = [
              k === current && (here?.paused ? 'paused' : 'current'),
              l.changed && 'added',
              l.filled && 'filled',
              edited && 'edited',
            ];
            return (
              <li
                key={k}
                class={names.filter(Boolean).join(' ')}
                aria-current={k === current && !here?.paused ? 'step' : undefined}
                data-middle={k === current || (current < 0 && k === firstEdit) ? '' : undefined}
              >
                <span class="pointer" aria-hidden="true">
                  {k === current ? pointerOf(here) : ''}
                </span>
                <span class="line">{l.line ?? ''}</span>
                <span class="sign">{edited ? '✎' : l.changed ? '+' : l.filled ? '~' : ''}</span>
                <code>{printable(l.text) || ' '}</code>
              </li>
            );
          })}
        </ol>
      </Scroll>
      <p class="key quiet">
        + the patch adds it{filled && ' · ~ filled in: neither tree nor patch shows it'}
        {edits && ' · ✎ edited in this run'}
        {here?.paused && ' · ▷ fork stands here while another thread runs'}
      </p>
    </>
  );
}

/** The patch as a diff; `mark` is the line of the finding, `at` the place of the current step. */
export function Patch({
  files,
  mark,
  here = null,
}: {
  files: Files;
  mark: Location | null;
  here?: CodeProps['here'];
}) {
  const at = here?.place;
  const box = useMiddle(at ? `${at.path}:${at.line}` : '');
  if (files.length === 0) return <p class="quiet">No patch.</p>;
  return (
    <Scroll label="Patch" class="source diff" box={box}>
      {files.map((f) => {
        const path = f.newPath ?? f.oldPath ?? '';
        return (
          <section key={path}>
            <h4>{printable(path)}</h4>
            {f.hunks.map((h) => (
              <ol key={`${h.oldStart} ${h.newStart}`}>
                <li class="hunk">
                  <code>
                    @@ -{h.oldStart},{h.oldCount} +{h.newStart},{h.newCount} @@{' '}
                    {printable(h.section)}
                  </code>
                </li>
                {h.lines.map((l, k) => {
                  const current = at?.path === path && l.new !== null && at.line === l.new;
                  const marked =
                    mark?.path === path &&
                    mark.line !== null &&
                    (mark.side === 'LEFT' ? l.old : l.new) === mark.line;
                  const kind = l.kind === '+' ? 'added' : l.kind === '-' ? 'removed' : '';
                  return (
                    <li
                      key={k}
                      class={[
                        kind,
                        current && (here?.paused ? 'paused' : 'current'),
                        marked && 'marked',
                      ]
                        .filter(Boolean)
                        .join(' ')}
                      aria-current={current && !here?.paused ? 'step' : undefined}
                      data-middle={current || (marked && !at) ? '' : undefined}
                    >
                      <span class="pointer" aria-hidden="true">
                        {current ? pointerOf(here) : ''}
                      </span>
                      <span class="line">{l.new ?? l.old ?? ''}</span>
                      <span class="sign">{l.kind}</span>
                      <code>{printable(l.text) || ' '}</code>
                      {marked && <em class="here">◀ finding</em>}
                    </li>
                  );
                })}
              </ol>
            ))}
          </section>
        );
      })}
    </Scroll>
  );
}
