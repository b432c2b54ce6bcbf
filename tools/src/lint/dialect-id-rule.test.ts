import { DIALECT_IDS } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { complaintsAbout } from './lint-planted.ts';

const FOREIGN = 'packages/gateway/src/http/planted.ts';

describe.each(DIALECT_IDS)('the id %s', (id) => {
  test.each([
    `const x = dialect === '${id}' ? 1 : 2;`,
    `if ('${id}' !== provider.dialect) f();`,
    `const x = dialect.id == \`${id}\`;`,
    `switch (dialect) { case '${id}': f(); }`,
    `const frames = { '${id}': 1 };`,
    `const frames = { ['${id}']: 1 };`,
    `const own = '${id}'; const x = dialect === own;`,
    `const x = ['${id}'].includes(dialect);`,
    `const x = DIALECTS['${id}'];`,
    `let x: '${id}';`,
  ])('is rejected in %s', (code) => {
    expect(complaintsAbout(code, FOREIGN)).toEqual(['dialect-id']);
    expect(complaintsAbout(code, 'apps/web/src/settings/planted.tsx')).toEqual(['dialect-id']);
    expect(complaintsAbout(code, 'packages/dialects/src/planted.ts')).toEqual(['dialect-id']);
  });

  test('is allowed as the value of a property', () => {
    expect(complaintsAbout(`const row = { dialect: '${id}' };`, FOREIGN)).toEqual([]);
  });

  test.each([
    `packages/dialects/src/${id}/planted.ts`,
    'packages/dialects/src/dialects.ts',
    'packages/protocol/src/dialect-ids.ts',
    'packages/gateway/src/http/planted.test.ts',
    'packages/gateway/src/testing/planted.ts',
    'testing/src/fake-upstream/planted.ts',
  ])('is allowed in a comparison in %s', (path) => {
    expect(complaintsAbout(`const x = dialect === '${id}';`, path)).toEqual([]);
  });
});

test("is rejected in another dialect's folder", () => {
  for (const id of DIALECT_IDS) {
    for (const other of DIALECT_IDS.filter((other) => other !== id)) {
      const path = `packages/dialects/src/${id}/planted.ts`;
      expect(complaintsAbout(`const x = dialect === '${other}';`, path)).toEqual(['dialect-id']);
    }
  }
});
