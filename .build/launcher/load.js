const { readFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// The parser's few large functions would be optimised at once, which costs more processor time and memory than parsing
// what a review parses. Set before the code cache is read or made: V8 takes none that was made with other flags.
setFlagsFromString('--wasm-tiering-budget=2000000000');
// Most reviews are over before code that is optimised early, or with much inlined, has paid for the optimising.
// Node 22 and later wait longer by themselves, and their V8 complains of the name.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=700000');
setFlagsFromString('--max-inlined-bytecode-size-cumulative=400');

const file = require.resolve('./@BUNDLE@.cjs');

/** Where V8's code cache of the program is, for this version of node on this kind of machine. */
const cacheFile = file.replace(/cjs$/, `${process.version}-${process.arch}.cache`);

/** The program; `script` is there when V8 has to compile it from the text, or took the code that is kept. */
function load(useCache = true) {
  const cachedData = useCache ? cached() : undefined;
  if (useCache && cachedData === undefined) {
    // another node than the one that built this; from 22.1 on it can keep compiled code by itself
    require('node:module').enableCompileCache?.();
    return { exports: require(file), script: null };
  }
  const text = readFileSync(file, 'latin1');
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
  const script = new Script(wrapped, { filename: file, cachedData });
  const m = { exports: {} };
  script.runInThisContext()(m.exports, require, m, file, __dirname);
  return { exports: m.exports, script };
}

function cached() {
  try {
    return readFileSync(cacheFile);
  } catch {
    return undefined;
  }
}

exports.cacheFile = cacheFile;
exports.load = load;
