import { printable } from '../base/terminal.js';

/** Text from outside with places where a long C name may be broken. */
export function Soft({ text }: { text: string }) {
  const parts = printable(text).split(/(?<=[_(>])/);
  return (
    <>
      {parts.map((part, k) => (
        <>
          {k > 0 && <wbr />}
          {part}
        </>
      ))}
    </>
  );
}
