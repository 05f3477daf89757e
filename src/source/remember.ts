/** The same reader of files that asks for each path once; a read that failed is tried again. */
export function remembered(
  read: (path: string) => Promise<string | null>,
): (path: string) => Promise<string | null> {
  const known = new Map<string, Promise<string | null>>();
  return (path) => {
    const before = known.get(path);
    if (before) return before;
    const text = read(path);
    known.set(path, text);
    text.catch(() => known.delete(path));
    return text;
  };
}
