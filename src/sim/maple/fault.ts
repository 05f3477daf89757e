import { ForkloreError } from '../../base/errors.js';

/**
 * What the modelled kernel would have run into: `null-node`, following a NULL node pointer; `out-of-nodes`, a
 * preallocated state used up (WARN, then a NULL node); `overrun`, writing beyond a node (a store that spans leaves in
 * bulk mode can); `bad-range`, index above last (undefined without the debug
 * build); `error-state`, using a state that holds an error. The tree may be in any condition afterwards.
 */
export type FaultKind = 'null-node' | 'out-of-nodes' | 'overrun' | 'bad-range' | 'error-state';

/** The caller did what crashes or corrupts the kernel. Whoever runs kernel code on the tree turns it into a finding. */
export class MapleFault extends ForkloreError {
  constructor(
    readonly fault: FaultKind,
    message: string,
  ) {
    super('bug', `maple tree: ${message}`);
    this.name = 'MapleFault';
  }
}
