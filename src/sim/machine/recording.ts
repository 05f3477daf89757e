import type { Func } from '../program.js';
import type { Known, Version } from './known-steps.js';
import type { Stop } from './stop.js';
import type { Frame } from './world.js';

/** A run from one stop to the next, taken down in terms of the base. */
export class Recording<N> {
  /** Each once: a loop may go through them a million times. */
  private readonly places: number[] = [];
  private last = -1;
  private readonly mark: number;
  private readonly calls: Known<N>['calls'][0][] = [];
  private readonly assumed: string[] = [];
  private func: Func | null = null;
  private own: Int32Array = new Int32Array();

  constructor(private readonly version: Version) {
    this.mark = version.newMark();
  }

  /** The instruction at which the innermost frame is, or the end of its function, is executed. */
  step(frame: Frame): void {
    if (frame.func !== this.func) {
      this.func = frame.func;
      this.own = this.version.places(frame.func);
    }
    this.last = this.own[frame.pc];
    if (this.version.isNew(this.last, this.mark)) this.places.push(this.last);
  }

  note(note: N): void {
    this.calls.push({ note, place: this.last });
  }

  called(name: string): void {
    this.calls.push({ name, place: this.last });
  }

  assume(text: string): void {
    this.assumed.push(text);
  }

  /** What is known now; null where it tells of no version but this one. */
  known(stop: Stop): Known<N> | null {
    const { version, places, last: end, calls, assumed } = this;
    if (!version.covers(places)) return null;
    return { by: version, stop, places, end, calls, assumed };
  }
}
