import { render } from 'preact';
import { App } from './app.js';
import { pageData } from './page-data.js';
import { serve } from './worker.js';

// the same code is the page and, started again as a worker, the simulator
if (typeof document === 'undefined') serve(globalThis as never);
else {
  const root = document.getElementById('app')!;
  root.textContent = '';
  render(<App data={pageData()} />, root);
}
