// Makes the load bench of the app (test/bench/load.ts) and the process that it starts: `npm run bench:load`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './programs.mjs';

/** Modules find fixtures and assets from where their source stands. */
const ownUrls = {
  name: 'own-urls',
  setup(made) {
    made.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const url = JSON.stringify(pathToFileURL(path).href);
      const contents = readFileSync(path, 'utf8').replaceAll('import.meta.url', url);
      return { loader: 'ts', contents };
    });
  },
};

await build({
  absWorkingDir: ROOT,
  entryPoints: { load: 'test/bench/load.ts', 'app-child': 'test/chaos/child.ts' },
  outdir: join(ROOT, 'node_modules/.cache/forklore-bench'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
  plugins: [ownUrls],
});
