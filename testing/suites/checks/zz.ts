import { plantedTree } from './planted-tree.ts';
const t = plantedTree(['.dependency-cruiser.js', 'tsconfig.json', 'tsconfig.base.json']);
t.plant({
  'packages/protocol/src/d.ts': "import 'undici';",
  'packages/kernel/src/c.ts': "import 'valibot';",
  'packages/kernel/src/planted.ts': 'export {};',
  'packages/dialects/src/b.ts': "import 'fs';",
  'apps/web/src/d.ts': "import '@postern/kernel/src/planted.ts';",
  'apps/web/src/e.ts': "import 'hono';",
  'apps/cli/src/f.ts': "import 'hono'; import '@postern/vault';",
  'apps/web/src/c.ts': "await import('@postern/vault');",
  'packages/kernel/src/d.ts': "import type {} from 'node:path';",
  'packages/vault/src/b.ts': "import type {} from '@postern/upstreams';",
  'packages/vault/src/e.ts':
    "import '@napi-rs/keyring'; import 'eslint'; import 'vite'; import 'eventsource-parser'",
  'packages/vault/src/e.test.ts': "import 'vitest'",
  'packages/vault/src/cycle/a.ts': "import type {} from './b.ts';",
  'packages/vault/src/cycle/b.ts': "import type {} from './a.ts';",
});
console.log(t.path);
