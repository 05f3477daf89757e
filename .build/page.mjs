// The code and looks of the player, which reports carry with them: a script for browsers and a style sheet.
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './programs.mjs';

/** Writes `out`.js and `out`.css. Returns the paths of what went into them. */
export async function page({ entry, out }) {
  const options = {
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    target: 'es2022',
    // pages are read from disk, where nothing says what the bytes are
    charset: 'ascii',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  };
  const script = await build({
    ...options,
    entryPoints: [entry],
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outfile: `${out}.js`,
  });
  const style = join(dirname(entry), 'style.css');
  await build({ ...options, entryPoints: [style], outfile: `${out}.css` });
  return Object.keys(script.metafile.inputs);
}
