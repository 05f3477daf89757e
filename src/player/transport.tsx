import { printable } from '../base/terminal.js';
import type { Film } from '../sim/explore/frames.js';

export interface TransportProps {
  film: Film;
  at: number;
  playing: boolean;
  to(k: number): void;
  onPlay(): void;
}

const ICONS = {
  first: 'M5 4v16M19 5l-10 7 10 7z',
  back: 'M16 5l-9 7 9 7z',
  play: 'M7 4l13 8-13 8z',
  pause: 'M8 5v14M16 5v14',
  next: 'M8 5l9 7-9 7z',
  last: 'M19 4v16M5 5l10 7-10 7z',
};

/** Buttons and a slider that move through a run. */
export function Transport({ film, at, playing, to, onPlay }: TransportProps) {
  const last = film.frames.length - 1;
  const step = film.frames[at].step;
  const total = film.frames.filter((f) => f.step && !f.step.inner).length;
  const label = step ? `step ${step.label} of ${total}` : `start, ${total} steps`;
  return (
    <section class="transport" aria-label="Controls">
      <Button icon="first" label="First (Home)" off={at === 0} press={() => to(0)} />
      <Button icon="back" label="Back (left arrow)" off={at === 0} press={() => to(at - 1)} />
      <Button
        icon={playing ? 'pause' : 'play'}
        label={playing ? 'Pause (space)' : 'Play (space)'}
        off={last === 0}
        press={onPlay}
      />
      <Button
        icon="next"
        label="Forward (right arrow)"
        off={at === last}
        press={() => to(at + 1)}
      />
      <Button icon="last" label="Last (End)" off={at === last} press={() => to(last)} />
      <input
        type="range"
        min={0}
        max={last}
        value={at}
        aria-label="Step"
        aria-valuetext={`${label}${step ? `, ${step.lane}: ${printable(step.text)}` : ''}`}
        onInput={(e) => to(Number(e.currentTarget.value))}
      />
      <span class="count">{label}</span>
      <span class="keys">keys ← → Home End space</span>
    </section>
  );
}

function Button(p: { icon: keyof typeof ICONS; label: string; off: boolean; press(): void }) {
  return (
    <button type="button" title={p.label} aria-label={p.label} disabled={p.off} onClick={p.press}>
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
        <path d={ICONS[p.icon]} />
      </svg>
    </button>
  );
}
