/** Answers for the options of a `.config`, names without `CONFIG_`; undefined for one that it does not mention. */
export function parseKconfig(text: string): (option: string) => boolean | undefined {
  const options = new Map<string, boolean>();
  for (const line of text.split(/\r?\n/)) {
    const set = /^CONFIG_(\w+)=(.*)$/.exec(line);
    const unset = /^# CONFIG_(\w+) is not set$/.exec(line);
    if (set) options.set(set[1], set[2] !== 'n');
    else if (unset) options.set(unset[1], false);
  }
  return (option) => options.get(option);
}
