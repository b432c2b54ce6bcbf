import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isJsonObject, parseJson, type JsonValue } from '@postern/kernel';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import config from '../../../.dependency-cruiser.js';
import { plantedTree, ROOT } from './planted-tree.ts';

const DEPCRUISE = join(ROOT, 'node_modules/.bin/depcruise');

/** For each rule: the path of a planted violation, and its content. */
const PLANTED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'layer-packages-kernel': [['packages/kernel/src/a.ts', "import '@postern/protocol';"]],
  'layer-packages-protocol': [
    ['packages/protocol/src/a.ts', "import '@postern/vault';"],
    ['packages/protocol/src/b.ts', "import '../../../tools/src/a.ts';"],
  ],
  'layer-packages-disk': [['packages/disk/src/a.ts', "import '@postern/protocol';"]],
  'layer-packages-database': [['packages/database/src/a.ts', "import '@postern/vault';"]],
  'layer-packages-vault': [
    ['packages/vault/src/a.ts', "import '@postern/database';"],
    ['packages/vault/src/b.ts', "import type {} from '@postern/upstreams';"],
    ['packages/vault/src/d.ts', "import '@postern/run';"],
  ],
  'layer-packages-run': [
    ['packages/run/src/a.ts', "import '@postern/importers';"],
    ['packages/run/src/b.ts', "import '@postern/database';"],
  ],
  'layer-packages-chat-importers': [
    ['packages/chat-importers/src/a.ts', "import '@postern/vault';"],
  ],
  'layer-packages-importers': [['packages/importers/src/a.ts', "import '@postern/run';"]],
  'layer-packages-audit': [
    ['packages/audit/src/a.ts', "import '@postern/vault';"],
    ['packages/audit/src/b.ts', "import '@postern/database';"],
  ],
  'layer-packages-conversations': [
    ['packages/conversations/src/a.ts', "import '@postern/dialects';"],
  ],
  'layer-packages-dialects': [['packages/dialects/src/a.ts', "import '@postern/upstreams';"]],
  'layer-packages-upstreams': [['packages/upstreams/src/a.ts', "import '@postern/vault';"]],
  'layer-packages-gateway': [
    ['packages/gateway/src/a.ts', "import '@postern/vault';"],
    ['packages/gateway/src/b.ts', "export * from '@postern/conversations';"],
    ['packages/gateway/src/g.ts', "import '@postern/app';"],
  ],
  'layer-packages-app': [
    ['packages/app/src/a.ts', "import '../../../apps/cli/src/sound.ts';"],
    ['packages/app/src/b.ts', "import '../../../tools/src/sound.ts';"],
  ],
  'layer-apps-web': [
    ['apps/web/src/a.ts', "import '@postern/dialects';"],
    ['apps/web/src/b.tsx', "import '../../cli/src/index.ts';"],
    ['apps/web/src/c.ts', "await import('@postern/vault');"],
  ],
  'web-level-1': [['apps/web/src/state/a.ts', "import '../api/planted.ts';"]],
  'web-level-2': [['apps/web/src/languages/a.ts', "import '../api/planted.ts';"]],
  'web-level-3': [['apps/web/src/api/a.ts', "import '../controls/planted.ts';"]],
  'web-level-4': [['apps/web/src/controls/a.ts', "import type {} from '../session/planted.ts';"]],
  'web-level-5': [['apps/web/src/diagrams/a.ts', "import '../chat/planted.ts';"]],
  'web-level-6': [['apps/web/src/conversations/a.ts', "import '../chat/planted.ts';"]],
  'web-level-7': [['apps/web/src/chat-settings/a.ts', "import '../chat/planted.ts';"]],
  'web-level-8': [
    ['apps/web/src/chat/a.ts', "import '../shell/planted.ts';"],
    ['apps/web/src/search/a.ts', "import '../chat/planted.ts';"],
    ['apps/web/src/unlock/a.ts', "import '../main.tsx';"],
  ],
  'web-level-9': [['apps/web/src/backup/a.ts', "import '../sidebar/planted.ts';"]],
  'web-level-10': [
    ['apps/web/src/settings/a.ts', "import '../sidebar/planted.ts';"],
    ['apps/web/src/sidebar/a.ts', "import '../shell/planted.ts';"],
  ],
  'web-level-11': [['apps/web/src/actions/a.ts', "import '../shell/planted.ts';"]],
  'web-level-12': [['apps/web/src/shell/a.ts', "import '../main.tsx';"]],
  'web-folder-has-a-level': [['apps/web/src/nowhere/a.ts', "import '../api/planted.ts';"]],
  'layer-apps-cli': [['apps/cli/src/a.ts', "import '../../../testing/src/index.ts';"]],
  'layer-tools': [['tools/src/a.ts', "import '@postern/vault';"]],
  'no-cycles': [['packages/vault/src/cycle/a.ts', "import type {} from './b.ts';"]],
  'kernel-is-alone': [
    ['packages/kernel/src/b.ts', "import 'node:path';"],
    ['packages/kernel/src/c.ts', "import 'valibot';"],
    ['packages/kernel/src/d.ts', "import type {} from 'node:path';"],
  ],
  'pure-parts': [
    ['packages/protocol/src/c.ts', "import 'node:fs';"],
    ['packages/dialects/src/b.ts', "import 'fs';"],
  ],
  'protocol-one-library': [['packages/protocol/src/d.ts', "import 'undici';"]],
  'index-only': [
    ['packages/vault/src/c.ts', "import '../../kernel/src/planted.ts';"],
    ['testing/src/b.ts', "import '../../packages/kernel/src/planted.ts';"],
    ['tools/src/b.ts', "import '../../packages/protocol/src/planted.ts';"],
  ],
  'no-testing-in-product': [
    ['packages/gateway/src/c.ts', "import './testing/index.ts';"],
    ['packages/gateway/src/d.ts', "import './planted.test.ts';"],
  ],
  'not-resolvable': [
    ['packages/gateway/src/e.ts', "import './nowhere.ts';"],
    ['packages/gateway/src/f.ts', "import 'no-such-package';"],
    ['apps/web/src/d.ts', "import '@postern/kernel/src/planted.ts';"],
  ],
  'declared-dependencies': [
    ['packages/dialects/src/c.ts', "import 'undici';"],
    ['packages/upstreams/src/b.ts', "import 'better-sqlite3-multiple-ciphers';"],
    ['apps/web/src/e.ts', "import 'hono';"],
    ['apps/cli/src/b.ts', "import 'react';"],
  ],
};

/** The files that planted files import, and imports that are allowed. */
const SOUND = {
  'packages/vault/src/cycle/b.ts': "import type {} from './a.ts';",
  'packages/audit/package.json': '{ "name": "@postern/audit", "type": "module" }',
  'packages/kernel/src/planted.ts': 'export {};',
  'packages/protocol/src/planted.ts': 'export {};',
  'packages/gateway/src/testing/index.ts': 'export {};',
  'packages/gateway/src/planted.test.ts': "import 'node:fs'; import './testing/index.ts';",
  'packages/upstreams/src/sound.ts': "import '@postern/dialects'; import 'undici';",
  'packages/vault/src/sound.ts': "import '@postern/kernel'; import 'node:fs'; import 'jose';",
  'packages/app/src/sound.ts': "import '@postern/gateway'; import '@postern/vault'; import 'hono';",
  'apps/cli/src/sound.ts':
    "import '@postern/gateway'; import '@postern/vault'; import '@postern/app';",
  ...Object.fromEntries(
    ['api', 'chat', 'controls', 'session', 'sidebar'].map((folder) => [
      `apps/web/src/${folder}/planted.ts`,
      'export {};',
    ]),
  ),
  'apps/web/src/main.tsx': "import './shell/planted.ts';",
  'apps/web/src/shell/planted.ts': "import '../chat/planted.ts'; import '../sidebar/planted.ts';",
  'testing/src/index.ts': "import '@postern/vault';",
  'tools/src/sound.ts': "import '@postern/protocol';",
};

interface Violation {
  readonly rule: string;
  readonly from: string;
}

const tree = plantedTree(['.dependency-cruiser.js', 'tsconfig.json', 'tsconfig.base.json']);
let violations: readonly Violation[] = [];

beforeAll(() => {
  tree.plant({ ...SOUND, ...Object.fromEntries(Object.values(PLANTED).flat()) });
  violations = cruise(tree.path);
});

afterAll(() => {
  tree[Symbol.dispose]();
});

function cruise(cwd: string): Violation[] {
  const args = [DEPCRUISE, '--config', '.dependency-cruiser.js', '--output-type', 'json'];
  const folders = ['packages', 'apps', 'testing', 'tools'];
  const { stdout, stderr } = spawnSync(process.execPath, [...args, ...folders], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const parsed = parseJson(stdout);
  if (!parsed.ok) throw new TypeError(`dependency-cruiser gave no report: ${stderr}`);
  return violationsIn(parsed.value);
}

function violationsIn(report: JsonValue): Violation[] {
  const summary = isJsonObject(report) ? report['summary'] : undefined;
  const found = isJsonObject(summary) ? summary['violations'] : undefined;
  if (!Array.isArray(found)) throw new TypeError('not a dependency-cruiser report');
  return found.map((violation: JsonValue) => {
    const rule = isJsonObject(violation) ? violation['rule'] : undefined;
    const from = isJsonObject(violation) ? violation['from'] : undefined;
    const name = isJsonObject(rule) ? rule['name'] : undefined;
    if (typeof name !== 'string' || typeof from !== 'string') {
      throw new TypeError('not a dependency-cruiser violation');
    }
    return { rule: name, from };
  });
}

describe('layers', () => {
  test('plants a violation of every rule', () => {
    const names = config.forbidden?.map(({ name }) => name);
    expect(Object.keys(PLANTED).toSorted()).toEqual(names?.toSorted());
  });

  test.each(Object.entries(PLANTED))('%s', (rule, planted) => {
    const found = violations.filter((violation) => violation.rule === rule);
    expect(found.map(({ from }) => from)).toEqual(
      expect.arrayContaining(planted.map(([file]) => file)),
    );
  });

  test('reports nothing if nothing was planted', () => {
    const planted = new Set(Object.values(PLANTED).flatMap((rows) => rows.map(([file]) => file)));
    expect(violations.filter(({ from }) => !planted.has(from))).toEqual([]);
  });
});
