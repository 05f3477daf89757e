import { useEffect, useRef } from 'preact/hooks';

export interface Keys {
  next(): void;
  back(): void;
  first(): void;
  last(): void;
  play(): void;
}

/** What a key does; null for keys of no concern. */
export function actionOf(key: string): keyof Keys | null {
  switch (key) {
    case 'ArrowRight':
    case 'j':
    case 'n':
      return 'next';
    case 'ArrowLeft':
    case 'k':
    case 'p':
      return 'back';
    case 'Home':
      return 'first';
    case 'End':
      return 'last';
    case ' ':
      return 'play';
    default:
      return null;
  }
}

const OWN_KEYS = 'input, select, textarea, [contenteditable]';

/** Stepping by keyboard, wherever the focus is, except in what uses the keys itself. */
export function useKeys(keys: Keys): void {
  // what a key does changes with every step: the newest counts, however fast keys come
  const newest = useRef(keys);
  newest.current = keys;
  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const on = e.target instanceof Element ? e.target : null;
      if (on?.closest(OWN_KEYS)) return;
      const action = actionOf(e.key);
      if (!action) return;
      // a button or link takes the space bar for itself
      if (action === 'play' && on?.closest('button, a, summary')) return;
      e.preventDefault();
      newest.current[action]();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
