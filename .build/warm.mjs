// Runs a built program on some command lines and writes what V8 compiled meanwhile beside it.
import { renameSync, writeFileSync } from 'node:fs';

const [, self, loader, lines] = process.argv;
const { cacheFile, load } = await import(loader);
const { exports: program, script } = load(false);
for (const args of JSON.parse(lines)) await program.main([process.execPath, self, ...args]);
writeFileSync(`${cacheFile}.new`, script.createCachedData());
renameSync(`${cacheFile}.new`, cacheFile);
process.exitCode = 0;
