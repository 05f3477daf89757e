import type { Func } from '../program.js';
import type { Known, Version } from './known-steps.js';
import type { Stop } from './stop.js';
import type { Frame } from './world.js';

/** A run from one stop to the next, taken down in terms of the base. */
export class Recording<N> {
  private readonly places: number[] = [];
  private readonly calls: Known<N>['calls'][0][] = [];
  private readonly assumed: string[] = [];
  private func: Func | null = null;
  private own: Int32Array = new Int32Array();

  constructor(private readonly version: Version) {}

  /** The instruction at which the innermost frame is, or the end of its function, is executed. */
  step(frame: Frame): void {
    if (frame.func !== this.func) {
      this.func = frame.func;
      this.own = this.version.places(frame.func);
    }
    this.places.push(this.own[frame.pc]);
  }

  note(note: N): void {
    this.calls.push({ note, place: this.places[this.places.length - 1] });
  }

  called(name: string): void {
    this.calls.push({ name, place: this.places[this.places.length - 1] });
  }

  assume(text: string): void {
    this.assumed.push(text);
  }

  /** What is known now; null where it tells of no version but this one. */
  known(stop: Stop): Known<N> | null {
    const { version, places, calls, assumed } = this;
    if (!version.covers(places)) return null;
    const end = places[places.length - 1];
    return { by: version, stop, places, end, calls, assumed };
  }
}
