// Makes the process of test/bench that runs already, started as `forklore serve` is, with threads like the app's:
// `node .build/resident.mjs FOLDER`.
import { join, resolve } from 'node:path';
import { cachedProgram, program, ROOT } from './programs.mjs';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node .build/resident.mjs FOLDER');
const FROM = join(ROOT, 'test/bench');
const TO = resolve(folder);

await cachedProgram({ entry: join(FROM, 'resident.ts'), out: join(TO, 'resident.js'), warm: [[]] });
await program({
  entry: join(FROM, 'resident-thread.ts'),
  out: join(TO, 'resident-thread.js'),
  common: true,
});
