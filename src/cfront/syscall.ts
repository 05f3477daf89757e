/** Rewrites `SYSCALL_DEFINE2(name, type, a, type, b)` into `long sys_name(type a, type b)`, same length. */
export function rewriteSyscall(head: string): string {
  const m = /^(?:COMPAT_)?SYSCALL_DEFINE\d\s*\(\s*(\w+)\s*,?/.exec(head);
  if (m === null) return head;
  let comma = 0;
  const rest = head.slice(m[0].length).replace(/,/g, () => (comma++ % 2 === 0 ? ' ' : ','));
  return `long sys_${m[1]}(`.padEnd(m[0].length) + rest;
}
