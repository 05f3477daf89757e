// Makes dist/ of src/: `npm run build`. Types are not checked here, `npm run types` does that. Further programs, pages
// and assets go into the lists below.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkedRules } from './checked.mjs';
import { thirdPartyNotices } from './licenses.mjs';
import { page } from './page.mjs';
import { cachedProgram, DIST, program, ROOT, SRC } from './programs.mjs';

/** Programs besides the main one. Scripts of worker threads are found by themselves. */
const PROGRAMS = ['cli/oracle.ts', 'serverless.ts'];
/** Files and folders that programs read at run time, at the same place below dist/. */
const ASSETS = ['source/skeleton'];
/** What users do most, run once so that V8's code for it is kept. */
const TRACES = ['--quiet', '--traces', 'node_modules/.cache/forklore-traces'];
const WARM = [
  ['review', 'fixtures/mails/seed-like.mbox', ...TRACES],
  ['review', 'fixtures/mails/lock-copy.mbox', '--tree', 'fixtures/mini-6.12', ...TRACES],
];

rmSync(DIST, { recursive: true, force: true });
for (const asset of ASSETS)
  cpSync(join(SRC, asset), join(DIST, asset), {
    recursive: true,
    filter: (from) => !from.endsWith('.ts'),
  });
mkdirSync(join(DIST, 'judge'), { recursive: true });
writeFileSync(join(DIST, 'judge/checked.json'), JSON.stringify(await checkedRules()));
// the launcher is CommonJS, and so are the programs beside it
mkdirSync(join(DIST, 'cli'));
writeFileSync(join(DIST, 'cli/package.json'), '{ "type": "commonjs" }\n');
const workers = new Set();
const inputs = new Set();
const made = (paths) => {
  for (const p of paths) inputs.add(p);
};
const main = { entry: join(SRC, 'cli/main.ts'), out: join(DIST, 'cli/main.js') };
made(await cachedProgram({ ...main, warm: WARM, workers }));
// a worker may start others: the set grows while it is walked
for (const entry of new Set([...PROGRAMS, ...workers])) {
  const out = join(DIST, entry.replace(/\.ts$/, '.js'));
  made(await program({ entry: join(SRC, entry), out, common: entry.startsWith('cli/'), workers }));
}
made(await page({ entry: join(SRC, 'player/main.tsx'), out: join(DIST, 'player/player') }));
writeFileSync(join(DIST, 'THIRD-PARTY.txt'), thirdPartyNotices(ROOT, inputs));
