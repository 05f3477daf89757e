import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

// The parser's few large functions would be optimised at once, which costs more processor time and memory than parsing
// what a review parses. Set before the code cache is read or made: V8 takes none that was made with other flags.
setFlagsFromString('--wasm-tiering-budget=2000000000');
// Most reviews are over before code that is optimised early, or with much inlined, has paid for the optimising.
// Node 22 and later wait longer by themselves, and their V8 complains of the name.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=700000');
setFlagsFromString('--max-inlined-bytecode-size-cumulative=400');

const file = fileURLToPath(new URL('./@BUNDLE@.cjs', import.meta.url));

/** Where V8's code cache of the program is, for this version of node on this kind of machine. */
export const cacheFile = file.replace(/cjs$/, `${process.version}-${process.arch}.cache`);

/** The program; `script` is there when V8 has to compile it from the text, or took the code that is kept. */
export function load(useCache = true) {
  const require = module.createRequire(file);
  const cachedData = useCache ? cached() : undefined;
  if (useCache && cachedData === undefined) {
    // another node than the one that built this; from 22.1 on it can keep compiled code by itself
    module.enableCompileCache?.();
    return { exports: require(file), script: null };
  }
  const text = readFileSync(file, 'latin1');
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
  const script = new Script(wrapped, { filename: file, cachedData });
  const m = { exports: {} };
  script.runInThisContext()(
    m.exports,
    require,
    m,
    file,
    fileURLToPath(new URL('.', import.meta.url)),
  );
  return { exports: m.exports, script };
}

function cached() {
  try {
    return readFileSync(cacheFile);
  } catch {
    return undefined;
  }
}
