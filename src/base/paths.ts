/** True for a path that stays in a tree: relative, no `.` or `..`, nothing of git's own folder. */
export function isTreePath(path: string): boolean {
  if (path.startsWith('/') || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && !/^(?:\.\.?|\.git)$/i.test(part));
}

/** The same on one line and without a backslash: what may be asked of a folder, of git, of GitHub. */
export function isReadablePath(path: string): boolean {
  return isTreePath(path) && !/[\r\n\\]/.test(path);
}
