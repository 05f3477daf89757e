import type { Hunk, HunkLine } from '../intake/types.js';

/** A part of a hunk that belongs to one top-level item of the file. */
export interface Segment {
  hunk: Hunk;
  /** 1-based number of the hunk in its file. */
  hunkNumber: number;
  lines: HunkLine[];
  /** `item`: function or other definition; `between`: directives, comments and blanks at the top level. */
  kind: 'item' | 'between';
  /** The function that it belongs to, as far as its head or the hunk's section says. */
  name: string | null;
  startsInside: boolean;
  endsInside: boolean;
}

/** Cuts hunks at the ends and heads of functions, by the column-0 habit of kernel C. */
export function segmentsOf(hunks: readonly Hunk[]): Segment[] {
  return hunks.flatMap((hunk, i) => {
    const cutter = new Cutter(hunk, i + 1);
    for (const line of hunk.lines) cutter.take(line);
    return cutter.finish();
  });
}

/** The function named by an `@@` section; null for none, and for a label. */
export function sectionName(section: string): string | null {
  return /^[A-Za-z_].*?\b(\w+)\s*\(/.exec(section.trim())?.[1] ?? null;
}

const DIRECTIVE = /^\s*#/;
const CLOSE = /^\}/;
const LABEL = /^\w+\s*:/;
const HEAD = /^[A-Za-z_]/;

class Cutter {
  private readonly done: Segment[] = [];
  private current: Segment | null = null;
  private opened = false;

  constructor(
    private readonly hunk: Hunk,
    private readonly hunkNumber: number,
  ) {
    const first = hunk.lines.find((l) => l.text.trim() !== '' && !DIRECTIVE.test(l.text));
    const text = first?.text ?? '';
    const inside = /^\s/.test(text) && !/^\s\*/.test(text);
    if (inside || CLOSE.test(text) || LABEL.test(text) || text.startsWith('{')) {
      this.start('item', sectionName(hunk.section), true);
      this.opened = true;
    }
  }

  take(line: HunkLine): void {
    const { text } = line;
    if (this.current?.kind !== 'item') {
      const head = HEAD.test(text) && !LABEL.test(text);
      if (head) this.start('item', sectionName(text), false);
      else if (this.current === null) this.start('between', null, false);
    } else if (this.current.name === null && !this.opened && !this.current.startsInside) {
      this.current.name = sectionName(text);
    }
    this.current!.lines.push(line);
    if (this.current!.kind === 'item') this.closeItem(text);
  }

  finish(): Segment[] {
    if (this.current) {
      this.current.endsInside = this.current.kind === 'item';
      this.done.push(this.current);
    }
    return this.done.filter((segment) => segment.lines.length > 0);
  }

  private start(kind: Segment['kind'], name: string | null, startsInside: boolean): void {
    if (this.current) this.done.push(this.current);
    const { hunk, hunkNumber } = this;
    const lines: HunkLine[] = [];
    this.current = { hunk, hunkNumber, lines, kind, name, startsInside, endsInside: false };
    this.opened = false;
  }

  private closeItem(text: string): void {
    if (/\{\s*(\/\*.*)?$/.test(text)) this.opened = true;
    const oneLine = /\{.*\}\s*$/.test(text) && HEAD.test(text);
    const declaration = !this.opened && /;\s*(\/\*.*)?$/.test(text);
    if (!CLOSE.test(text) && !oneLine && !declaration) return;
    this.done.push(this.current!);
    this.current = null;
  }
}
