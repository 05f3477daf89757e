// Makes the fuzzer of test/fuzz: `npm run fuzz`.
import { join } from 'node:path';
import { program, ROOT } from './programs.mjs';

await program({
  entry: join(ROOT, 'test/fuzz/main.ts'),
  out: join(ROOT, 'node_modules/.cache/forklore-fuzz/main.js'),
});
