import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { functionChunk, lowerFunction } from '../../src/cfront/function.js';
import { createWorld } from '../../src/cfront/index.js';
import { loadParser, parseChunk } from '../../src/cfront/parser.js';
import { TREES, treeFile, treeFiles } from './tree.js';

const LOWERED = ['kernel/fork.c', 'mm/mmap.c', 'mm/vma.c', 'mm/memory.c', 'mm/rmap.c'];
const HEADERS =
  `mm.h mm_types.h maple_tree.h mm_inline.h mmap_lock.h rmap.h sched.h sched/mm.h sched/signal.h fs.h list.h
  gfp_types.h gfp.h userfaultfd_k.h hugetlb.h huge_mm.h swapops.h pgtable.h page-flags.h mempolicy.h ksm.h khugepaged.h
  xarray.h types.h rbtree.h mmu_notifier.h memcontrol.h err.h mman.h rculist.h cpumask.h`
    .split(/\s+/)
    .map((h) => `include/linux/${h}`);

describe.each(TREES)('Linux $version', ({ version, root }) => {
  const env = `FORKLORE_KERNEL_${version.replace('.', '')}`;

  it.skipIf(!root)(
    `99.5 % of the functions of mm/*.c parse (skipped unless ${env} names a tree)`,
    async () => {
      await loadParser();
      const names = readdirSync(join(root!, 'mm')).filter((n) => n.endsWith('.c'));
      const broken: string[] = [];
      let total = 0;
      for (const name of names) {
        const file = treeFile(root!, `mm/${name}`)!;
        const world = createWorld({ files: [file], isModelled: () => false });
        const unit = world.units[0];
        for (const item of unit.items.filter((i) => i.kind === 'function')) {
          total++;
          if (parseChunk(functionChunk(world, unit, item)).broken)
            broken.push(`${name}: ${item.name}`);
        }
      }
      expect(total).toBeGreaterThan(4000);
      expect(1 - broken.length / total, broken.join('\n')).toBeGreaterThanOrEqual(0.995);
    },
  );

  it.skipIf(!root)(
    `98 % of the functions around fork are lowered whole (skipped unless ${env} names a tree)`,
    async () => {
      await loadParser();
      const odd: string[] = [];
      let total = 0;
      const declarations = treeFiles(root!, HEADERS);
      for (const file of treeFiles(root!, LOWERED)) {
        const world = createWorld({ files: [file], declarations, isModelled: () => false });
        const unit = world.units[0];
        for (const item of unit.items.filter((i) => i.kind === 'function')) {
          total++;
          const { func } = lowerFunction(world, unit, item);
          const first = func.code.find((i) => i.op === 'unmodelled');
          if (first?.op === 'unmodelled') odd.push(`${file.path}: ${item.name}: ${first.what}`);
        }
      }
      expect(total).toBeGreaterThan(350);
      expect(1 - odd.length / total, odd.join('\n')).toBeGreaterThanOrEqual(0.98);
    },
  );
});
