import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseKconfig } from '../../src/source/index.js';
import { Repo } from '../source/repo.js';
import { tempFolder } from '../support.js';
import { edit, MINI, miniText } from './mini.js';
import { FORK, LOCK, reviewMbox, summary } from './series-support.js';

/** The miniature tree with kernel/fork.c and `.config` of its own. */
function treeWith(fork: string, config: string | null): string {
  const dir = tempFolder();
  cpSync(MINI, dir, { recursive: true });
  writeFileSync(join(dir, FORK), fork);
  if (config !== null) writeFileSync(join(dir, '.config'), config);
  return dir;
}

/** The patch from one text of kernel/fork.c to another. */
function patch(before: string, after: string): string {
  const repo = Repo.mini();
  repo.write(FORK, before);
  const start = repo.commit('before');
  repo.write(FORK, after);
  repo.commit('after');
  return repo.mbox(start);
}

const guarded = (option: string): string =>
  edit(miniText(), LOCK, `#ifdef CONFIG_${option}\n${LOCK}#endif\n`);
const removed = (text: string): string => edit(text, LOCK, '');

describe('.config', () => {
  it('is read: y and m are on, "is not set" is off, what it does not say is left open', () => {
    const table = parseKconfig(
      'CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D="text"\nCONFIG_E=64\n#CONFIG_F=y\r\n',
    );
    expect(['A', 'B', 'C', 'D', 'E', 'F'].map(table)).toEqual([
      true,
      true,
      false,
      true,
      true,
      undefined,
    ]);
  });

  it('decides what is compiled', async () => {
    const before = guarded('FORK_LOCKS');
    const mbox = patch(before, removed(before));
    const on = await reviewMbox(mbox, treeWith(before, 'CONFIG_FORK_LOCKS=y\n'));
    expect(summary(on)).toEqual(['reviewed | violated introduced | exact']);
    expect(on.patches[0].notes).toEqual([]);
  });
});

describe('changed lines that the configuration hides', () => {
  it('are reviewed with the option the other way, which is said', async () => {
    const before = guarded('FORK_LOCKS');
    const mbox = patch(before, removed(before));
    for (const config of [null, '# CONFIG_FORK_LOCKS is not set\n']) {
      const review = await reviewMbox(mbox, treeWith(before, config));
      expect(summary(review)).toEqual(['reviewed | violated introduced | exact']);
      expect(review.patches[0].notes!.join('\n')).toMatch(
        /^kernel\/fork\.c:\d+ not compiled here \(CONFIG_FORK_LOCKS is off\): reviewed with CONFIG_FORK_LOCKS on$/m,
      );
    }
  });

  it('in the branch for an option that is on', async () => {
    const before = edit(miniText(), LOCK, `#ifndef CONFIG_KSM\n${LOCK}#endif\n`);
    const review = await reviewMbox(patch(before, removed(before)), treeWith(before, null));
    expect(summary(review)).toEqual(['reviewed | violated introduced | exact']);
    expect(review.patches[0].notes!.join()).toMatch(/reviewed with CONFIG_KSM off/);
  });

  it('behind two options: both are turned', async () => {
    const before = edit(
      miniText(),
      LOCK,
      `#if defined(CONFIG_ONE) && IS_ENABLED(CONFIG_TWO)\n${LOCK}#endif\n`,
    );
    const review = await reviewMbox(patch(before, removed(before)), treeWith(before, null));
    expect(review.patches[0].notes!.join()).toMatch(
      /reviewed with CONFIG_ONE on and CONFIG_TWO on/,
    );
  });

  it('beside others that are compiled: named as not analysed', async () => {
    const before = guarded('FORK_LOCKS');
    const after = edit(removed(before), '\t\tcharged = 0;\n', '\t\tcharged = 0UL;\n');
    const [p] = (await reviewMbox(patch(before, after), treeWith(before, null))).patches;
    expect(p.notes!.join('\n')).toMatch(/kernel\/fork\.c:\d+ not compiled here .*: not analysed/);
  });

  it('in a branch that no option opens: not analysed, or no code at all', async () => {
    const other = edit(miniText(), LOCK, `#if CONFIG_WIDTH == 17\n${LOCK}#endif\n`);
    const [p] = (await reviewMbox(patch(other, removed(other)), treeWith(other, null))).patches;
    expect(p.status).toBe('inconclusive');
    expect(p.reason).toMatch(/CONFIG_WIDTH is off.*not analysed/);
    const dead = edit(miniText(), LOCK, `${LOCK}#if 0\n\t\tvma_start_write(copy);\n#endif\n`);
    const gone = edit(dead, '\t\tvma_start_write(copy);\n', '');
    const [q] = (await reviewMbox(patch(dead, gone), treeWith(dead, null))).patches;
    expect(q.status).toBe('not-applicable');
  });
});
