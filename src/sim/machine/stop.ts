import type { Instr, SourceRef } from '../program.js';
import type { Alternative } from './primitive.js';
import type { Value } from './value.js';
import type { Frame, World } from './world.js';

/** Where a run of a Program stopped: at a visible point, at its end, or for want of a model. */
export type Stop =
  | {
      kind: 'visible';
      /** Private state at the call of the primitive, never written again. */
      world: World;
      call: { name: string; args: Value[] };
      /** Alternatives taken so far within the primitive. */
      journal: readonly number[];
      alternatives: Alternative[];
      ref: SourceRef;
      func: string;
      /** Its key, once that was asked for. */
      key?: string;
    }
  | { kind: 'end'; world: World; value: Value; ref: SourceRef | null }
  | { kind: 'breach'; property: string; text: string; ref: SourceRef; func: string; key: string }
  | { kind: 'stuck'; reason: string; ref: SourceRef; func: string };

/** A call, or an access to a field that may be one of a primitive. */
export type CallLike = Instr & { op: 'call' | 'load' | 'store' };

/** The run stops at the call of a primitive, with the private memory as it was before it. */
export function stopped(
  world: World,
  name: string,
  args: Value[],
  journal: readonly number[],
  alternatives: Alternative[],
  { func }: Frame,
  { ref }: CallLike,
): Stop {
  const call = { name, args };
  return {
    kind: 'visible',
    world,
    call,
    journal,
    alternatives,
    ref: func.refs[ref],
    func: func.name,
  };
}
