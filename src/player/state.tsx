import { plural } from '../base/terminal.js';
import type { AddressFrame, Film, Frame, PageRef, VmaFrame } from '../sim/explore/frames.js';
import { laneOrder } from './lane-order.js';
import { Scroll } from './scroll.js';
import { Tree } from './tree.js';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Trees, locks, page tables, translations and pages after the current step; what it changed is marked. */
export function StatePanel({ film, frame, before }: { film: Film; frame: Frame; before: Frame }) {
  return (
    <section class="card state" aria-label="State after this step">
      <h3>
        State <span class="quiet">after this step; ● marks what it changed</span>
      </h3>
      <div class="trees">
        <Tree name="Parent's tree" tree={frame.trees.parentTree} before={before.trees.parentTree} />
        <Tree name="Child's tree" tree={frame.trees.childTree} before={before.trees.childTree} />
      </div>
      <Legend />
      <div class="parts">
        <Locks frame={frame} before={before} />
        <Memory {...{ film, frame, before }} />
        <Notes frame={frame} before={before} />
      </div>
    </section>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="Legend of the trees">
      <li>
        <span class="slot old">V1</span> VMA of the parent
      </li>
      <li>
        <span class="slot new">V1′</span> its copy
      </li>
      <li>
        <span class="slot marker">✕</span> failure marker
      </li>
    </ul>
  );
}

const HELD = { free: '○ free', read: '◐ held for reading', write: '● held for writing' };

function Locks({ frame, before }: { frame: Frame; before: Frame }) {
  return (
    <table class="plain locks">
      <caption>Locks</caption>
      <tbody>
        <Row
          name="mmap lock, parent"
          value={HELD[frame.mmap.parent]}
          was={HELD[before.mmap.parent]}
        />
        <Row name="mmap lock, child" value={HELD[frame.mmap.child]} was={HELD[before.mmap.child]} />
        {frame.vmas.map((v, k) => (
          <Row
            key={v.name}
            name={`VMA lock ${v.name}`}
            hint={v.kind}
            value={vmaLock(v)}
            was={vmaLock(before.vmas[k])}
          />
        ))}
        {frame.copies
          .filter((c) => !c.freed)
          .map((c) => (
            <Row
              key={c.name}
              name={`VMA lock ${c.name}`}
              hint="copy"
              value={c.locked ? '■ write-locked' : '□ open'}
              was={
                before.copies.find((x) => x.name === c.name)?.locked ? '■ write-locked' : '□ open'
              }
            />
          ))}
      </tbody>
    </table>
  );
}

const vmaLock = (v: VmaFrame): string => {
  const lock = v.lock === 'open' ? '□ open' : '■ write-locked';
  return v.readers ? `${lock}, ${plural(v.readers, 'page fault')} inside` : lock;
};

function Row(p: { name: string; value: string; was: string; hint?: string }) {
  const changed = p.value !== p.was;
  return (
    <tr class={changed ? 'changed' : undefined}>
      <th scope="row">
        {p.name} {p.hint && <span class="quiet">{p.hint}</span>}
      </th>
      <td>
        {changed && <Changed />}
        {p.value}
      </td>
    </tr>
  );
}

const Changed = () => (
  <span class="dot">
    <span aria-hidden="true">● </span>
    <span class="hidden">changed: </span>
  </span>
);

function Memory({ film, frame, before }: { film: Film; frame: Frame; before: Frame }) {
  return (
    <Scroll label="Memory">
      <table class="plain memory">
        <caption>
          Page-table entries, translations and pages{' '}
          <span class="quiet">W may be written, R read-only</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col">Parent's entry</th>
            <th scope="col">Child's entry</th>
            {laneOrder(film.threads).map((t) => (
              <th scope="col" key={t}>
                TLB of {t}
              </th>
            ))}
            <th scope="col">Pages and their owners</th>
          </tr>
        </thead>
        <tbody>
          {frame.addresses.map((a, i) => (
            <tr key={i}>
              <th scope="row">
                {a.vma}, page {i - frame.addresses.findIndex((x) => x.vma === a.vma)}
              </th>
              <Entry entry={a.parent} was={before.addresses[i].parent} />
              <Entry entry={a.child} was={before.addresses[i].child} />
              {laneOrder(film.threads).map((name) => {
                const t = film.threads.indexOf(name);
                return (
                  <Entry
                    key={name}
                    entry={tlbEntry(a.tlb[t])}
                    was={tlbEntry(before.addresses[i].tlb[t])}
                    stale={isStale(a, a.tlb[t])}
                  />
                );
              })}
              <Pages a={a} was={before.addresses[i]} film={film} />
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The translation allows what the entry no longer does. */
const isStale = (a: AddressFrame, page: string | null): boolean =>
  page !== null && (page !== a.parent?.page || !a.parent.writable);

const tlbEntry = (page: string | null): PageRef | null => (page ? { page, writable: true } : null);

function Entry(p: { entry: PageRef | null; was: PageRef | null; stale?: boolean }) {
  const changed = !same(p.entry, p.was);
  return (
    <td class={changed ? 'changed' : undefined}>
      {changed && <Changed />}
      {p.entry ? (
        <>
          <code>{p.entry.page}</code> <PageMode writable={p.entry.writable} />
          {p.stale && <em class="stale"> stale</em>}
        </>
      ) : (
        <span class="quiet">none</span>
      )}
    </td>
  );
}

const PageMode = ({ writable }: { writable: boolean }) => (
  <abbr class={writable ? 'mode w' : 'mode r'} title={writable ? 'may be written' : 'read-only'}>
    {writable ? 'W' : 'R'}
  </abbr>
);

function Pages({ a, was, film }: { a: AddressFrame; was: AddressFrame; film: Film }) {
  const copying = a.copying.flatMap((page, t) =>
    page ? [`${film.threads[t]} has copied ${page}, its entry is not yet set`] : [],
  );
  const changed = !same([a.pages, a.copying], [was.pages, was.copying]);
  return (
    <td class={changed ? 'changed' : undefined}>
      {changed && <Changed />}
      {a.pages.length + copying.length === 0 && <span class="quiet">none</span>}
      <ul>
        {a.pages.map((p) => (
          <li key={p.page}>
            <code>{p.page}</code> {p.owners.join(', ') || 'no owner'}
            {p.exclusive && <span class="quiet"> exclusive</span>}
          </li>
        ))}
        {copying.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </td>
  );
}

function Notes({ frame, before }: { frame: Frame; before: Frame }) {
  const names = Object.keys(frame.notes);
  if (names.length === 0) return null;
  return (
    <table class="plain">
      <caption>Also</caption>
      <tbody>
        {names.map((n) => (
          <Row key={n} name={n} value={frame.notes[n]} was={before.notes[n] ?? frame.notes[n]} />
        ))}
      </tbody>
    </table>
  );
}
