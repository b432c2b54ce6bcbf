import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeConfig, loadConfig } from './load-config.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';

const newPath = (): string => join(scratchDirectory(), 'config.json');
const noRefusal = (): undefined => undefined;

describe('loadConfig', () => {
  test('returns the defaults without a file', () => {
    const loaded = loadConfig(newPath());
    expect(loaded).toMatchObject({ ok: true, value: { config: { port: 7420, storage: 'auto' } } });
  });

  test.each([
    ['invalid JSON', '{', "it isn't valid JSON"],
    ['invalid UTF-8', Buffer.from([0xff, 0xfe]), "it isn't valid JSON"],
    ['a list', '[]', 'the file: not an object'],
    ['an unknown key', '{"prot":1}', 'prot: unknown key'],
    ['an unknown key inside', '{"gateway":{"maxBody":1}}', 'gateway.maxBody: unknown key'],
    ['a port out of range', '{"port":70000}', 'port: not a valid value'],
    ['a file that is too large', ' '.repeat(1_048_577), 'it is larger than 1 MiB'],
    ['a prototype key', '{"__proto__":{"port":1}}', "it isn't valid JSON"],
  ])('rejects %s and names the place', (_name, content, problem) => {
    const path = newPath();
    writeFileSync(path, content);
    expect(loadConfig(path)).toEqual({
      ok: false,
      failure: { reason: 'config-invalid', path, problem },
    });
  });
});

test('loadConfig ignores lines with a comment, but nothing inside a string', () => {
  const path = newPath();
  const label = 'x\u2028// y\u2029 // z';
  const providers = { box: { label, dialect: 'openai-chat', baseUrl: 'https://box.example/v1' } };
  writeFileSync(
    path,
    `// first\r\n {\n\t// second\n"providers": ${JSON.stringify(providers)}\n}// no line`,
  );
  expect(loadConfig(path)).toMatchObject({ ok: false });
  writeFileSync(
    path,
    `// first\r\n {\n\t// second\n"providers": ${JSON.stringify(providers)}\n}\n//`,
  );
  expect(loadConfig(path)).toMatchObject({ ok: true, value: { config: { providers } } });
});

describe('changeConfig', () => {
  test("keeps the user's text and writes mode 0600, without leftovers", () => {
    const path = newPath();
    writeFileSync(path, '{"port": 8000, "localHosts": ["box.lan"]}');
    const changed = changeConfig(
      path,
      (written) => ({ ...written, appearance: { theme: 'dark' } }),
      noRefusal,
    );
    expect(changed).toMatchObject({ ok: true, value: { config: { port: 8000 } } });
    expect(readFileSync(path, 'utf8')).toBe(
      '{\n  "port": 8000,\n  "localHosts": [\n    "box.lan"\n  ],\n  "appearance": {\n    "theme": "dark"\n  }\n}\n',
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['config.json']);
  });

  test('leaves the file unchanged if the change is refused', () => {
    const path = newPath();
    writeFileSync(path, '{"port":8000}');
    const changed = changeConfig(
      path,
      (written) => written,
      () => 'no' as const,
    );
    expect(changed).toEqual({ ok: false, failure: 'no' });
    expect(readFileSync(path, 'utf8')).toBe('{"port":8000}');
  });

  test('rejects an invalid change', () => {
    const path = newPath();
    const changed = changeConfig(path, (written) => ({ ...written, port: -1 }), noRefusal);
    expect(changed).toMatchObject({ ok: false, failure: { reason: 'config-invalid' } });
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  test('returns a failure if the directory was removed', () => {
    const path = join(newPath(), 'missing', 'config.json');
    expect(changeConfig(path, (written) => written, noRefusal)).toEqual({
      ok: false,
      failure: { reason: 'config-unwritable', path },
    });
  });
});
