/** A function of include/linux/ksm.h or khugepaged.h whose body is written anew, in words of ours. */
export interface HookText {
  name: string;
  hook: 'ksm_fork' | 'khugepaged_fork' | 'ksm_exit' | 'khugepaged_exit';
  /** The new body, given the return statement that ends a path without error. */
  body: (done: string) => string;
  /** Rule that finds it; left out: it does what the hook did. */
  rule?: 'fork-registration' | 'fork-hooks';
}

const FLAGS = { ksm: 'MMF_VM_MERGEABLE', khugepaged: 'MMF_VM_HUGEPAGE' } as const;

const guarded = (test: string, then: string) => (done: string) =>
  `\tif (${test})\n\t\t${then};\n${done}`;

/** The same rewrites for either scanner. */
function textsOf(s: keyof typeof FLAGS): HookText[] {
  const [hook, enter] = [`${s}_fork`, `__${s}_enter`] as const;
  const other = FLAGS[s === 'ksm' ? 'khugepaged' : 'ksm'];
  const has = (mm: string, flag: string = FLAGS[s]) => `test_bit(${flag}, &${mm}->flags)`;
  const bad = (name: string, body: HookText['body']): HookText => ({
    ...{ name: `${hook}() ${name}`, hook, body, rule: 'fork-registration' },
  });
  const good = (name: string, body: HookText['body']): HookText => ({
    ...{ name: `${hook}() ${name}`, hook, body },
  });
  return [
    bad('is emptied', (done) => done),
    bad('does not look at the flag', (done) => `\t${enter}(mm);\n${done}`),
    bad('looks at the flag of the child', guarded(has('mm'), `${enter}(mm)`)),
    bad('enters where the flag is not set', guarded(`!${has('oldmm')}`, `${enter}(mm)`)),
    bad("looks at the other scanner's flag", guarded(has('oldmm', other), `${enter}(mm)`)),
    bad('enters the parent', guarded(has('oldmm'), `${enter}(oldmm)`)),
    bad('leaves before it enters', (done) => `${done || '\treturn;\n'}\t${enter}(mm);\n${done}`),
    {
      ...{ name: `${s}_exit() is emptied`, hook: `${s}_exit`, body: () => '', rule: 'fork-hooks' },
    },
    good(
      'leaves early where there is nothing to do',
      (done) => `\tif (!${has('oldmm')})\n\t${done || '\treturn;\n'}\t${enter}(mm);\n${done}`,
    ),
    good(
      'keeps the flag in a variable',
      (done) => `\tbool scanned = ${has('oldmm')};\n\n\tif (scanned)\n\t\t${enter}(mm);\n${done}`,
    ),
    good(
      'says so',
      (done) =>
        `\tif (${has('oldmm')}) {\n\t\tpr_debug("child\\n");\n\t\t${enter}(mm);\n\t}\n${done}`,
    ),
  ];
}

export const HOOK_TEXTS: readonly HookText[] = [...textsOf('ksm'), ...textsOf('khugepaged')];
