import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support.js';
import { b4Of, placeForB4 } from './b4.js';

/** Two patches as one thread: the first is in order, the second is not. */
function series(): string {
  const read = (name: string) => readFileSync(join(ROOT, 'fixtures', 'mails', name), 'utf8');
  const part = (text: string, n: number) =>
    text
      .replace('Subject: [PATCH]', `Subject: [PATCH ${n}/2]`)
      .replace(/^Message-ID: .*$/m, `Message-ID: <${n}.series@example.org>`)
      .replace(/^(To: .*)$/m, n === 1 ? '$1' : '$1\nIn-Reply-To: <1.series@example.org>');
  return `${part(read('lock-helper.mbox'), 1)}\n${part(read('lock-copy.mbox'), 2)}`;
}

describe('b4 runs forklore on each patch of a series from a local mbox', () => {
  it('through "am --check", which reads lines (0.14)', (t) => {
    const b4 = b4Of('trixie');
    if (!b4) return t.skip();
    const place = placeForB4();
    const mbox = join(place.folder, 'series.mbox');
    writeFileSync(mbox, series());
    const command = 'forklore review --quiet --tree . --format terse -';
    execFileSync('git', ['config', 'b4.am-perpatch-check-cmd', command], { cwd: place.repo });
    const args = ['-m', 'b4.command', '--offline-mode', 'am', '--check', '--no-parent'];
    const r = place.python(b4, ...args, '-m', mbox, '-o', '-', '1.series@example.org');
    expect(r.out).toMatch(/\[PATCH 1\/2\].*\n.*forklore: passed all checks/);
    expect(r.out).toMatch(
      /\[PATCH 2\/2\].*\n.*forklore: kernel\/fork\.c:\d+: ERROR: .*\[fork-lock-target\]/,
    );
    expect(r.code).toBe(0);
  });

  it('through the check runner of "review", which reads JSON (0.16)', (t) => {
    const b4 = b4Of('forky');
    if (!b4) return t.skip();
    const place = placeForB4();
    writeFileSync(join(place.folder, 'series.mbox'), series());
    const script = join(place.folder, 'run.py');
    writeFileSync(
      script,
      `import json, sys, email, email.policy, b4
from b4.review import checks
raw = open(sys.argv[1], 'rb').read().split(b'\\nFrom ')
msgs = [email.message_from_bytes(m.split(b'\\n', 1)[1], policy=email.policy.default) for m in raw]
pairs = [(m['Message-ID'], m) for m in msgs]
print(json.dumps(checks.run_perpatch_checks(pairs, [sys.argv[2]], '.')))
`,
    );
    const command = 'forklore review --quiet --tree . --format b4 -';
    const r = place.python(b4, script, join(place.folder, 'series.mbox'), command);
    const results = JSON.parse(r.out) as Record<string, Record<string, string>[]>;
    expect(results['<1.series@example.org>']).toMatchObject([{ tool: 'forklore', status: 'pass' }]);
    const [bad] = results['<2.series@example.org>'];
    expect(bad).toMatchObject({ tool: 'forklore', status: 'fail' });
    expect(bad.summary).toMatch(/^kernel\/fork\.c:\d+: /);
    expect(bad.details).toMatch(/VIOLATED/);
  });
});
