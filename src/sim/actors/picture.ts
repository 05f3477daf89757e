import type { LockHeld, PrivateEvent, PrivatePicture, SourcePlace } from '../kernel/picture.js';
import { CHILD, PARENT } from '../kernel/primitives/support.js';
import { treePicture } from '../kernel/tree-picture.js';
import type { CallSite } from '../machine/hooks.js';
import { pointer } from '../machine/value.js';
import type { World } from '../machine/world.js';

const HELD: LockHeld[] = ['free', 'write', 'read'];

/** The forking thread's memory for drawing. */
export function pictureOf(world: World): PrivatePicture {
  const tree = (mm: typeof PARENT) => treePicture({ world }, pointer(mm.obj, 'mm_mt'));
  return {
    parentTree: tree(PARENT),
    childTree: tree(CHILD),
    childMmap: HELD[Number(world.get(CHILD, '__mmap_lock') ?? 0)] ?? 'free',
    copies: copiesOf(world),
  };
}

/** Copies are locked under the child's own sequence. */
function copiesOf(world: World): PrivatePicture['copies'] {
  const writing = world.get(CHILD, '__mmap_lock') === 1;
  return world.objs
    .filter((o) => o.kind === 'copy')
    .map((o) => ({
      name: o.name,
      locked: writing && o.fields.get('vm_lock_seq') === world.get(CHILD, '__seq'),
      freed: Boolean(o.fields.get('__freed')),
    }));
}

/** The call stack, innermost function first. */
export function stackOf(world: World): SourcePlace[] {
  return world.frames
    .map(({ func, pc }) => {
      const ref = func.refs[func.code[pc]?.ref ?? -1];
      return {
        function: func.name,
        path: ref?.path ?? func.path,
        line: ref?.line ?? null,
        at: ref?.at ?? null,
      };
    })
    .reverse();
}

/** Collects the calls that change a tree, as they are watched; `start` is the memory before them. */
export class TreeWatch {
  readonly events: PrivateEvent[] = [];
  private last: string;

  constructor(start: World) {
    this.last = treesKey(pictureOf(start));
  }

  see(site: CallSite): void {
    if (site.result === undefined) return;
    const picture = pictureOf(site.world);
    const key = treesKey(picture);
    if (key === this.last) return;
    this.last = key;
    this.events.push({ call: site.name, stack: stackOf(site.world), picture });
  }
}

const treesKey = (p: PrivatePicture): string => JSON.stringify([p.parentTree, p.childTree]);
