/** Trace values, 0 to 2^63 - 1, as entries: value entries while they are exact, numbered ones beyond. */
import { ForkloreError } from '../../../base/errors.js';
import { type Entry, XA_ZERO_ENTRY, xa_mk_value, xa_to_value } from '../tree.js';

/** Values from here on are kept in a table; their entries are those of the numbers from here on. */
const FIRST_LARGE = 2 ** 50;
const LIMIT = 2n ** 63n;

/** Maps trace values to entries and back. */
export class Values {
  private readonly large: bigint[] = [];
  private readonly known = new Map<bigint, Entry>();

  /** Entry of a value in a trace: a decimal number, `-` or `Z`. */
  entry(text: string): Entry {
    if (text === '-') return 0;
    if (text === 'Z') return XA_ZERO_ENTRY;
    if (!/^\d+$/.test(text)) throw new ForkloreError('input', `"${text}" is no value`);
    return this.of(BigInt(text));
  }

  /** Entry of the value `v`. */
  of(v: bigint): Entry {
    if (v >= LIMIT) throw new ForkloreError('input', `value ${v} is above 2^63 - 1`);
    if (v < FIRST_LARGE) return xa_mk_value(Number(v));
    let entry = this.known.get(v);
    if (entry === undefined) {
      entry = xa_mk_value(FIRST_LARGE + this.large.push(v) - 1);
      this.known.set(v, entry);
    }
    return entry;
  }

  /** The value of a value entry. */
  value(entry: Entry): bigint {
    const v = xa_to_value(entry);
    return v < FIRST_LARGE ? BigInt(v) : this.large[v - FIRST_LARGE];
  }

  /** Text of an entry in results: `-` NULL, `Z` zero entry, else the value. */
  readonly show = (entry: Entry): string => {
    if (entry === 0) return '-';
    if (entry === XA_ZERO_ENTRY) return 'Z';
    const v = xa_to_value(entry);
    return v < FIRST_LARGE ? String(v) : String(this.large[v - FIRST_LARGE]);
  };
}
