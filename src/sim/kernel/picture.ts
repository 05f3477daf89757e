/** Plain data for drawing a state: what the reader of a run sees beside its steps. */

/** One slot of a node: `old` a VMA of the parent, `new` a copy, `marker` the one that a failed fork leaves. */
export interface TreeSlot {
  /** Indices that the slot covers, both inclusive: addresses in bytes. */
  first: number;
  last: number;
  holds: 'old' | 'new' | 'marker' | 'empty' | 'node' | 'other';
  /** `V1`, `V1'`; empty for an empty slot. */
  name: string;
  /** With `node`: id of the node below. */
  child?: number;
}

export interface TreeNode {
  id: number;
  /** null for the root. */
  parent: number | null;
  /** Node type as the kernel names it (`maple_leaf_64`, ...); `flat` where the shape is not kept. */
  kind: string;
  slots: TreeSlot[];
}

/** A maple tree, the root first. No nodes: the tree is empty. */
export interface TreePicture {
  nodes: TreeNode[];
}

/** A lock as its one user knows it. */
export type LockHeld = 'free' | 'read' | 'write';

/** What only one thread touches. */
export interface PrivatePicture {
  parentTree: TreePicture;
  childTree: TreePicture;
  /** The child's mmap lock. */
  childMmap: LockHeld;
  /** Copies of VMAs, in the order in which they were made. */
  copies: { name: string; locked: boolean; freed: boolean }[];
}

/** A line of the program. `at` as in `SourceRef`. */
export interface SourcePlace {
  function: string;
  path: string;
  line: number | null;
  at: number | null;
}

/** A call that changes a tree, with what the memory looks like after it. */
export interface PrivateEvent {
  /** Name of the modelled function. */
  call: string;
  stack: SourcePlace[];
  picture: PrivatePicture;
}
