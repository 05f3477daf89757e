import type { ComponentChildren, Ref } from 'preact';

export interface ScrollProps {
  label: string;
  class?: string;
  box?: Ref<HTMLElement>;
  children: ComponentChildren;
}

/** A box that scrolls, which the keyboard can reach and scroll too. */
export function Scroll({ label, class: cls = 'scroll', box, children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without focus the keyboard can not scroll it
    <section class={cls} ref={box} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
