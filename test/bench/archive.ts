import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { archiveMails } from './archive-mails.js';
import { type Measured, measure } from './process.js';
import { projectRoot } from './root.js';
import { median } from './stats.js';

/*
 * A generated archive of mostly unrelated mail, read by forklore and taken apart by `git mailsplit` in turn.
 * `npm run bench:archive -- [--mb 100] [--rounds 3] [--seed N]`.
 */

const OWN = ['lock-copy', 'lock-helper'];
const GOAL = 2;
const GOAL_MB = 200;

interface Way {
  name: string;
  run(): Measured;
}

const show = (r: Measured[], name: string): string => {
  const wall = median(r.map((x) => x.wall));
  const cpu = median(r.map((x) => x.cpu));
  const most = Math.max(...r.map((x) => x.megabytes));
  return `${name.padEnd(44)}${wall.toFixed(2).padStart(8)} s${cpu.toFixed(2).padStart(8)} s${most.toFixed(0).padStart(8)} MB`;
};

function main(): number {
  const { values: o } = parseArgs({
    options: {
      mb: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '3' },
      seed: { type: 'string', default: '20261125' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'forklore-archive-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'archive.mbox');
  const own = OWN.map((n) => readFileSync(join(projectRoot(), `fixtures/mails/${n}.mbox`), 'utf8'));
  let mails = 0;
  writeFileSync(file, '');
  let piece = '';
  for (const text of archiveMails(Number(o.seed), Number(o.mb) * 2 ** 20, own)) {
    mails++;
    piece += text;
    if (piece.length < 2 ** 22) continue;
    appendFileSync(file, piece);
    piece = '';
  }
  appendFileSync(file, piece);
  const cli = join(projectRoot(), 'dist/cli/main.js');
  const forklore = (...args: string[]) =>
    measure(process.execPath, [cli, 'review', file, '--quiet', '--no-cache', ...args], folder);
  const split = join(folder, 'split');
  const ways: Way[] = [
    {
      name: 'git mailsplit',
      run() {
        mkdirSync(split);
        const r = measure('git', ['mailsplit', '--mboxrd', `-o${split}`, file], folder);
        rmSync(split, { recursive: true });
        return r;
      },
    },
    { name: 'forklore: split, sorted out, patches read', run: () => forklore('--dump', 'intake') },
    {
      name: `forklore: whole review (${own.length} of its mails matter)`,
      run: () => forklore('--no-mutants', '--fail-on', 'never'),
    },
  ];
  const results = ways.map((): Measured[] => []);
  for (let k = 0; k < Number(o.rounds); k++)
    for (const [i, way] of ways.entries()) results[i].push(way.run());
  const megabytes = statSync(file).size / 2 ** 20;
  process.stdout.write(`${mails} mails, ${megabytes.toFixed(0)} MB, seed ${o.seed}\n`);
  process.stdout.write(`${''.padEnd(44)}      wall       cpu    memory\n`);
  for (const [i, way] of ways.entries()) process.stdout.write(`${show(results[i], way.name)}\n`);
  const wall = results.map((r) => median(r.map((x) => x.wall)));
  const ratio = wall[1] / wall[0];
  const memory = Math.max(...results.slice(1).flatMap((r) => r.map((x) => x.megabytes)));
  process.stdout.write(
    `reading: ${ratio.toFixed(2)} times git mailsplit (goal ${GOAL}); whole review: ${(wall[2] / wall[0]).toFixed(2)} times; most memory ${memory.toFixed(0)} MB (goal ${GOAL_MB})\n`,
  );
  const note = /skipped[^\n]*(?:\n(?!\n)[^\n]*)*/.exec(results[2][0].out)?.[0] ?? 'nothing skipped';
  process.stdout.write(`${note}\n`);
  for (const r of results.slice(1).flat())
    if (r.code !== 0) process.stdout.write(`exit code ${r.code}: ${r.err.slice(0, 500)}\n`);
  return ratio <= GOAL && memory <= GOAL_MB ? 0 : 1;
}

process.exitCode = main();
