import { it } from 'vitest';
import { countTraces } from '../../src/sim/explore/count.js';
import { System } from '../../src/sim/explore/system.js';
import { explore, PLAIN, FULL } from './compare.js';
import { LITMUS } from './systems.js';
it('x', () => {
  for (const l of LITMUS) {
    const sys = new System(l.spec());
    const r = explore(sys, PLAIN);
    const po = explore(sys, {...PLAIN, partialOrder: true});
    const f = explore(sys, FULL);
    let s: unknown = null, t: unknown = null;
    if (l.schedules !== null) { s = countTraces(sys,{sleepSets:false}).traces; t = countTraces(sys).traces; }
    console.log(l.name, r.result.states, po.result.states, f.result.states, s, t, r.terminals.length);
  }
});
