import mermaid from 'mermaid';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../src/judge/types.js';
import { sequenceDiagram } from '../../src/report/markdown-mermaid.js';
import { forklore, ROOT, tempFolder } from '../support.js';
import { lockFinding } from './markdown-samples.js';

const source = (fenced: string): string => fenced.replace(/^`+mermaid\n|\n`+$/g, '');
const typeOf = async (text: string): Promise<string> =>
  ((await mermaid.parse(text)) as { diagramType: string }).diagramType;

describe('a trace as a mermaid diagram', () => {
  it('parses with mermaid', async () => {
    const { steps } = lockFinding().evidence.counterexample!;
    expect(await typeOf(source(sequenceDiagram(steps)))).toBe('sequence');
  });

  it('parses for a run that a review has found', async () => {
    const patch = `${ROOT}/fixtures/mails/lock-copy.mbox`;
    const r = forklore('review', patch, '--format', 'json', '--traces', tempFolder());
    const found = (JSON.parse(r.out) as Review).patches.flatMap((p) => p.findings);
    const shown = found.map((f) => f.evidence.counterexample).filter((c) => c !== null);
    expect(shown.length).toBeGreaterThan(0);
    for (const c of shown) expect(await typeOf(source(sequenceDiagram(c.steps)))).toBe('sequence');
  });

  it('parses whatever the text of a step is', async () => {
    const [step] = lockFinding().evidence.counterexample!.steps;
    const nasty = [
      'end',
      'a;b',
      '#x',
      '%%{init:{}}%%',
      '<b>&',
      'loop\nend',
      '$$x$$',
      '}{',
      '"\'`',
      '-->>x: y',
      '',
    ];
    for (const text of nasty) {
      const diagram = source(sequenceDiagram([{ ...step, text, thread: text || 'x' }]));
      expect(await typeOf(diagram), text).toBe('sequence');
    }
  });

  it('is checked by a parser that refuses what is no diagram', async () => {
    await expect(mermaid.parse('sequenceDiagram\n  Note over: x')).rejects.toThrow();
  });
});
