// Makes the benchmarks of test/bench, in the way in which the product is made: `npm run bench:...`.
import { join } from 'node:path';
import { cachedProgram, program, ROOT } from './programs.mjs';

const FROM = join(ROOT, 'test/bench');
const TO = join(ROOT, 'node_modules/.cache/forklore-bench');

const question = (mode, over) => [
  'fixtures/mini-6.12',
  JSON.stringify({ vmas: 2, threads: 2, accesses: 1, mutant: 0, ...over }),
  mode,
];
// processes that are measured start as the product does
await cachedProgram({
  entry: join(FROM, 'child.ts'),
  out: join(TO, 'child.js'),
  warm: [
    question('all', {}),
    question('first', { mutant: 1 }),
    question('shortest', { mutant: 1 }),
  ],
});
for (const name of ['explore', 'review', 'scale', 'archive', 'soak'])
  await program({ entry: join(FROM, `${name}.ts`), out: join(TO, `${name}.js`) });
