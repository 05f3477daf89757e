import type { Automaton } from '../explore/graph.js';
import { eq, ne, v } from '../explore/op.js';
import type { Shared } from '../kernel/shared.js';
import { pageName, vmaName } from './names.js';
import { LOCK_FUNCTIONS, type Steps, type UserState, UserThread, userAutomaton } from './user.js';

/**
 * A user thread of the parent that loads from memory. Where nothing is mapped it takes a read fault, which maps the
 * zero page: no anonymous page, so nothing that fork shares changes; what matters is the lock that the fault holds.
 */
export function loadingThread(shared: Shared, t: number, name: string): Automaton<UserState> {
  const accesses = shared.scenario.threads[t - 1].accesses;
  return userAutomaton(name, accesses, (s) => new Loading(shared, t, s));
}

class Loading extends UserThread {
  protected readonly wants = 'VM_READ';
  protected readonly verb = 'load from';

  protected functionOf(at: string): string {
    return LOCK_FUNCTIONS[at] ?? (at === 'handle' ? 'do_anonymous_page' : '');
  }

  protected override step(at: string): void {
    const own = Loading.steps[at];
    if (own) own.call(this);
    else super.step(at);
  }

  private static readonly steps: Steps<Loading> = {
    access() {
      const { sh, s } = this;
      const pte = v(sh.pte[s.i]);
      this.go({ guard: [ne(pte, 0)], effect: [] }, `load from ${pageName(s.i, 1)}`, this.done());
      this.go(
        { guard: [eq(pte, 0)], effect: [] },
        `read fault on ${pageName(s.i, 1)} in ${vmaName(sh.vmaOf[s.i])}`,
        { at: this.faultEntry },
      );
    },
    handle() {
      this.go({ guard: [], effect: [] }, 'maps the zero page', { at: 'release' }, true);
    },
    release() {
      this.unlock('loaded');
    },
    loaded() {
      this.go({ guard: [], effect: [] }, 'loads zeroes', this.done());
    },
  };
}
