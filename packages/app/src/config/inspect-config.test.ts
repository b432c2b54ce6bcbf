import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { parseConfig } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { configExample, configJsonSchema } from './describe-settings.ts';
import { checkConfigFile, effectiveSettings } from './inspect-config.ts';
import { loadConfig } from './load-config.ts';

function fileWith(content: string): string {
  const path = join(scratchDirectory(), 'config.json');
  writeFileSync(path, content);
  return path;
}

describe('checkConfigFile', () => {
  test('names every error with its path', () => {
    const configFile = fileWith(
      '{"port": "x", "gateway": {"maxBody": 1}, "log": {"level": "loud"}}',
    );
    expect(valueOf(checkConfigFile({ configFile })).errors).toEqual([
      { path: 'port', problem: 'not a valid value' },
      { path: 'log.level', problem: 'not a valid value' },
      { path: 'gateway.maxBody', problem: 'unknown key' },
    ]);
  });

  test('names a value once that fails several checks', () => {
    const configFile = fileWith('{"providers": {"mine": {"baseUrl": ""}}}');
    const problem = 'not a valid value';
    expect(valueOf(checkConfigFile({ configFile })).errors).toEqual([
      { path: 'providers.mine.baseUrl', problem },
    ]);
  });

  test('finds what only makes sense together', () => {
    const configFile = fileWith('{"providers": {"box": {"dialect": "openai-chat"}}}');
    expect(valueOf(checkConfigFile({ configFile })).errors).toMatchObject([{ path: 'providers' }]);
    const models = '{"fast": {"targets": [{"model": "nobody/x"}]}}';
    const aliases = fileWith(`{"gateway": {"models": ${models}}}`);
    expect(valueOf(checkConfigFile({ configFile: aliases })).errors).toEqual([
      { path: 'gateway.models.fast.targets.0.model', problem: 'no provider has that name' },
    ]);
  });

  test('names a variable with a wrong value, and one that is no setting', () => {
    const variables = { POSTERN_PORT: 'abc', POSTERN_GATWAY: '1' };
    expect(checkConfigFile({ configFile: fileWith('{}'), variables })).toEqual({
      ok: true,
      value: {
        errors: [{ path: 'POSTERN_PORT', problem: 'not a valid value' }],
        ignoredVariables: ['POSTERN_GATWAY'],
      },
    });
  });
});

test('effectiveSettings gives each value with its source', () => {
  const configFile = fileWith('{"port": 8000, "storage": "file"}');
  const variables = { POSTERN_STORAGE: 'keyring' };
  const settings = valueOf(effectiveSettings({ configFile, variables }));
  const found = (wanted: string) => settings.find(({ name }) => name === wanted);
  expect(found('port')).toMatchObject({ value: 8000, source: 'file', variable: 'POSTERN_PORT' });
  expect(found('storage')).toMatchObject({ value: 'keyring', source: 'environment' });
  expect(found('log.level')).toMatchObject({ value: 'warn', source: 'default' });
  expect(found('proxy.url')).toMatchObject({ value: null, source: 'default' });
});

describe('the example', () => {
  test('is a file with all defaults', () => {
    const loaded = loadConfig(fileWith(configExample()));
    expect(loaded).toMatchObject({ ok: true, value: { config: expectOk(parseConfig({})) } });
  });

  test('names settings without a default in comments', () => {
    expect(configExample()).toMatch(/^ *\/\/ "proxy": .*"passwordSecret"/m);
  });
});

test('only whole lines are comments', () => {
  const loaded = loadConfig(fileWith('{\n  // the port\n  "port": 8000 // no\n}'));
  expect(loaded).toMatchObject({ ok: false });
  const inside = loadConfig(fileWith('{"proxy": {"url": "http://box:1"}}'));
  expect(inside).toMatchObject({
    ok: true,
    value: { written: { proxy: { url: 'http://box:1' } } },
  });
});

test('the JSON Schema describes settings and rejects unknown keys', () => {
  expect(configJsonSchema()).toMatchObject({
    additionalProperties: false,
    properties: {
      port: { description: expect.stringContaining('port') as unknown, maximum: 65_535 },
      gateway: { properties: { maxConcurrent: { default: expect.any(Number) as unknown } } },
    },
  });
});
