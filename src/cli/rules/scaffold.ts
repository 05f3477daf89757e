/** The files of a new rule: a small rule that works, to be turned into another one as its README says. */
export function scaffold(id: string): Record<string, string> {
  return {
    'rule.yaml': ruleYaml(id),
    'README.md': readme(id),
    'bad-no-flush.patch': patch(
      'fork: leave the flush to the next switch',
      `-	flush_tlb_mm(parent);
+	/* fires: ${id} */`,
    ),
    'good-comment.patch': patch(
      'fork: say why the flush is there',
      `+	/* silent: ${id} */
 	flush_tlb_mm(parent);`,
    ),
  };
}

const ruleYaml = (id: string): string => `# yaml-language-server: $schema=../rule.schema.json
id: ${id}
# what holds when the rule is kept
title: the parent keeps no writable translation of a page that it shares
severity: error
# numbers of the defect classes (docs/rules.md)
classes: [1]
applies:
  entry: dup_mmap
# what must hold in every run: see "forklore rules list --properties"
properties: [shared-writable]
# names of scenarios.yaml, or { use: NAME, id: ..., failures: 2 }, or a scenario of your own
scenarios: [two-writers]
mutants:
  # functions whose calls are left out, moved, given another variable, or not checked: at least one such edit must fail
  steps: [flush_tlb_mm]
  required:
    - { operator: delete, step: flush_tlb_mm }
messages:
  introduced:
    - text: "Not kept: {title}. Here {breach}."
`;

const patch = (subject: string, change: string): string => {
  const lines = change.split('\n');
  const count = (mark: string) => 8 + lines.filter((l) => l[0] === ' ' || l[0] === mark).length;
  return `Subject: [PATCH] ${subject}

---
diff --git a/kernel/fork.c b/kernel/fork.c
--- a/kernel/fork.c
+++ b/kernel/fork.c
@@ -750,${count('-')} +750,${count('+')} @@ static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)
 unlock:
 	mmap_write_unlock(child);
${change}
 	mmap_write_unlock(parent);
 	if (!error)
 		dup_userfaultfd_complete(&events);
 	else
 		dup_userfaultfd_fail(&events);
 	return error;
`;
};

const readme = (id: string): string => `# ${id}

This rule works as it stands: \`forklore rules test ${id} --rules DIR\` (DIR: the folder that this folder is in).
Turn it into yours in five steps; write what it is about here when you are done.

1. \`rule.yaml\`, \`title\` and \`classes\`: say what holds when the rule is kept.
2. \`properties\`: what must hold in every run. \`forklore rules list --properties\` names them all.
3. \`scenarios\`: where the breach can happen. \`forklore rules list --scenarios\` shows the shared ones. Take the
   smallest that is enough; threads cost most. A scenario of your own is written like this:

       scenarios:
         - id: two-kinds
           vmas: [anon, { kind: shared-file, pages: [none] }]
           failures: 1

4. \`mutants.steps\`: the functions that keep the property. Name under \`required\` the edits that must break it. If none
   breaks it, the scenario can not show the breach and the rule is refused.
5. Examples: at least one \`bad-NAME.patch\` with a comment \`fires: ${id}\` on (or above) the line that the finding must
   name, and one \`good-NAME.patch\` with \`silent: ${id}\` anywhere. A whole function may be given as \`.c\` instead.
   A patch needs no tree: what its hunks do not show is filled in.

Then \`forklore rules test ${id} --rules DIR --watch\` while you edit, and
\`forklore rules sweep ${id} failures=0..2 --rules DIR\` to see what a bound costs.

## The steps on another rule

Both mmap locks are given back, once. \`rule.yaml\`:

\`\`\`yaml rule.yaml
id: ${id}
title: fork gives back both mmap locks, on every path
severity: error
classes: [14]
applies:
  entry: dup_mmap
properties: [lock-state]
scenarios:
  - id: one-vma
    vmas: [anon]
    failures: 1
    signal: true
mutants:
  steps: [mmap_write_unlock]
  operators: [delete, substitute]
  required:
    - { operator: delete, step: mmap_write_unlock }
\`\`\`

\`bad-kept.patch\`, in place of \`bad-no-flush.patch\`:

\`\`\`diff bad-kept.patch
diff --git a/kernel/fork.c b/kernel/fork.c
--- a/kernel/fork.c
+++ b/kernel/fork.c
@@ -750,8 +750,8 @@ static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)
 unlock:
 	mmap_write_unlock(child);
 	flush_tlb_mm(parent);
-	mmap_write_unlock(parent);
+	/* fires: ${id} */
 	if (!error)
 		dup_userfaultfd_complete(&events);
 	else
 		dup_userfaultfd_fail(&events);
\`\`\`

\`good-comment.patch\` stays as it is.
`;
