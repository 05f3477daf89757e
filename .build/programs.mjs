// How a program is made of sources: a bundle, and for those that start often a code cache beside it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
export const SRC = join(ROOT, 'src');
export const DIST = join(ROOT, 'dist');
const TREE_SITTER = join(ROOT, 'node_modules/web-tree-sitter');

/** Loaded from node_modules where they are needed: large, and for `serve` only. */
export const EXTERNAL = ['probot', '@octokit/rest', 'bullmq', 'ioredis', 'prom-client'];

/** Options of every bundle that runs on node. */
const NODE = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: EXTERNAL,
  // the ES module of this package looks for its parts in a way that a bundle breaks
  alias: { 'web-tree-sitter': join(TREE_SITTER, 'web-tree-sitter.cjs') },
  charset: 'ascii',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/**
 * `import.meta.url` of each module as if it stood in dist/ by itself, so that assets are found in the same way from src/
 * and from a bundle. `workers` gathers the scripts that modules start as worker threads.
 */
const moduleUrls = (workers) => ({
  name: 'module-urls',
  setup(b) {
    b.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const own = relative(SRC, path).replace(/\.ts$/, '.js');
      if (own.startsWith('..') || !text.includes('import.meta.url')) return undefined;
      for (const m of text.matchAll(/new URL\(\s*'\.\/([\w-]+)\.js',\s*import\.meta\.url/g))
        workers.add(join(dirname(own), `${m[1]}.ts`));
      const url = `new URL(${JSON.stringify(own)}, __dist).href`;
      return { loader: 'ts', contents: text.replaceAll('import.meta.url', url) };
    });
  },
});

/** The grammar's runtime, which is looked for beside the bundle. */
const wasmTo = (folder) =>
  cpSync(join(TREE_SITTER, 'web-tree-sitter.wasm'), join(folder, 'web-tree-sitter.wasm'));

/** First lines of a CommonJS bundle in `folder`: where dist/ is. */
const commonHead = (folder) =>
  `const __dist = new URL(${JSON.stringify(`${relative(folder, DIST) || '.'}/`)}, require('node:url').pathToFileURL(__filename));`;

/** The same of an ES module, with what CommonJS packages in it expect. */
const moduleHead = (folder) =>
  [
    "import { createRequire as __createRequire } from 'node:module';",
    'const require = __createRequire(import.meta.url);',
    "const __filename = require('node:url').fileURLToPath(import.meta.url);",
    "const __dirname = require('node:path').dirname(__filename);",
    `const __dist = new URL(${JSON.stringify(`${relative(folder, DIST) || '.'}/`)}, import.meta.url);`,
  ].join('\n');

/** Modules of node that take 1 to 5 ms to load, and that many a command does without. */
const HEAVY =
  /^(\s*(?:var )?\w+ = )require\("(node:(?:child_process|crypto|fs\/promises|http|os|readline\/promises|stream|timers\/promises|worker_threads|zlib))"\);$/gm;

/** Those modules loaded when something of them is first used. */
const lazily = (text) => text.replace(HEAVY, '$1__lazy("$2");');
const LAZY = 'const __lazy = (name) => new Proxy({}, { get: (_, key) => require(name)[key] });';

/** A program at `out`, an ES module or (`common`) CommonJS. Returns the paths of what went into it. */
export async function program({ entry, out, common = false, workers = new Set() }) {
  const made = await build({
    ...NODE,
    entryPoints: [entry],
    format: common ? 'cjs' : 'esm',
    outfile: out,
    banner: { js: (common ? commonHead : moduleHead)(dirname(out)) },
    plugins: [moduleUrls(workers)],
  });
  wasmTo(dirname(out));
  return Object.keys(made.metafile.inputs);
}

/**
 * A program that exports `main(argv)`, as CommonJS (only that can come out of a code cache), with a launcher `out` that
 * takes V8's code from the cache and is CommonJS as well, which node starts 10 ms sooner than an ES module. The bundle's
 * name has a hash of its text, so that a cache never meets another text.
 * `warm`: command lines that are run once, for the cache. Returns the paths of what went into it.
 */
export async function cachedProgram({ entry, out, warm, workers = new Set() }) {
  const folder = dirname(out);
  const { outputFiles, metafile } = await build({
    ...NODE,
    entryPoints: [entry],
    format: 'cjs',
    write: false,
    outfile: out,
    supported: { 'dynamic-import': false },
    banner: { js: `${commonHead(folder)}\n${LAZY}` },
    plugins: [moduleUrls(workers)],
  });
  const stem = basename(out, '.js');
  const made = lazily(outputFiles[0].text);
  const hash = createHash('sha256').update(made).digest('hex').slice(0, 12);
  const text = made.replace("'@BUILD@'", `'${hash}'`).replace('"@BUILD@"', `"${hash}"`);
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(folder))
    if (old.startsWith(`${stem}-`)) rmSync(join(folder, old), { recursive: true });
  writeFileSync(join(folder, `${stem}-${hash}.cjs`), text);
  const launcher = (file, to, mode) => {
    const js = readFileSync(join(ROOT, '.build/launcher', file), 'utf8');
    const put = js.replaceAll('@BUNDLE@', `${stem}-${hash}`).replaceAll('@LOAD@', `${stem}-load`);
    writeFileSync(to, put, { mode });
  };
  launcher('main.js', out, 0o755);
  launcher('load.js', join(folder, `${stem}-load.js`), 0o644);
  wasmTo(folder);
  const load = pathToFileURL(join(folder, `${stem}-load.js`)).href;
  const run = spawnSync(
    process.execPath,
    [join(ROOT, '.build/warm.mjs'), load, JSON.stringify(warm)],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      // what is parsed must be parsed, so that V8's code for it is kept
      env: { ...process.env, FORKLORE_NO_CACHE: '1' },
    },
  );
  if (run.status !== 0) throw new Error(`build: no code cache for ${relative(ROOT, out)}`);
  return Object.keys(metafile.inputs);
}
