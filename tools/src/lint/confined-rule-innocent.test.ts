import { expect, test } from 'vitest';
import { complaintsAbout } from './lint-planted.ts';

test.each([
  "import type { Dispatcher } from 'undici';",
  "import type * as undici from 'undici';",
  "export type { Dispatcher } from 'undici';",
  "export type * from 'undici';",
  "import { type Secret, Secret as S } from '@postern/kernel';",
  "import * as kernel from '@postern/kernel'; kernel.parseJson('{}');",
  "import * as kernel from '@postern/kernel'; let r: kernel.Result<X, Y>;",
  "export { Secret } from '@postern/kernel';",
  "const { parseJson } = await import('@postern/kernel');",
  "import { pid, platform } from 'node:process'; pid;",
  "import process from 'node:process'; process.on('exit', f);",
  "import { platform } from 'node:os';",
  "import './undici.ts';",
  "import 'undici-types';",
  "await import('./part.ts');",
  'process.pid; process.platform; typeof process;',
  'const { pid } = process;',
  "JSON.stringify(x); 'parse' in JSON;",
  'const { stringify } = JSON;',
  'new Date(0); new Date(text); x instanceof Date; Date.UTC(2000); let d: Date;',
  'Math.max(1, 2); const { floor } = Math;',
  'let f: typeof fetch; let g: typeof globalThis; let c: Crypto;',
  'type P = typeof process.env;',
  'interface Window { fetch: unknown }',
  'function f(fetch: X) { return fetch; }',
  'const performance = makeClock(); performance.now();',
  "import { fetch } from './port.ts'; fetch('x');",
  'const x = { fetch: 1, console: 2 }; x.fetch; x.console;',
  'const { fetch } = port;',
  'port.process.env;',
  'globalThis.setTimeout(f); globalThis.queueMicrotask(f);',
  "window.addEventListener('x', f); const { innerWidth } = window; typeof window;",
  'class X { fetch() { return this.fetch; } }',
  'const window = 1; const x = window;',
])('reports nothing in %s', (code) => {
  expect(complaintsAbout(code, 'packages/dialects/src/openai-chat/planted.ts')).toEqual([]);
});

test('reports nothing for a page element named like a global', () => {
  const code = 'export const X = () => <parent fetch={1}>{top(1)}</parent>; const top = (x) => x;';
  expect(complaintsAbout(code, 'apps/web/src/planted.tsx')).toEqual([]);
});
