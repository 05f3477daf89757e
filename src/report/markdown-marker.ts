/** The hidden line that ties a comment to a finding and to the commit that it was written for. */
export interface Marker {
  /** Finding id, hex. */
  finding: string;
  /** Head commit of the pull request, hex. */
  head: string;
}

const MARKER = /<!-- forklore:1 finding=([0-9a-f]{4,64}) head=([0-9a-f]{7,64}) -->\s*$/;

/** The marker as an HTML comment. Ids that are not hex are a bug of the caller: they would not be found again. */
export function markerLine(marker: Marker): string {
  const line = `<!-- forklore:1 finding=${marker.finding} head=${marker.head} -->`;
  if (!MARKER.test(line)) throw new RangeError(`not hexadecimal: ${JSON.stringify(marker)}`);
  return line;
}

/** The marker at the end of a comment, null where there is none. Check the comment's author before you trust it. */
export function readMarker(body: string): Marker | null {
  const match = MARKER.exec(body.slice(-300));
  return match === null ? null : { finding: match[1], head: match[2] };
}
