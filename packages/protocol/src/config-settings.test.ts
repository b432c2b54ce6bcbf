import { expectOk } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { CONFIG_DESCRIPTIONS } from './config-descriptions.ts';
import {
  CONFIG_SETTINGS,
  readVariables,
  unknownVariables,
  withVariables,
} from './config-settings.ts';

describe('settings', () => {
  test('have a description each, and so have their groups', () => {
    const groups = CONFIG_SETTINGS.flatMap(({ path }) =>
      path.map((_, at) => path.slice(0, at + 1).join('.')),
    );
    const missing = groups.filter((name) => CONFIG_DESCRIPTIONS[name] === undefined);
    expect(missing).toEqual([]);
    expect(Object.keys(CONFIG_DESCRIPTIONS).filter((name) => !groups.includes(name))).toEqual([]);
  });

  test('have different variables', () => {
    const variables = CONFIG_SETTINGS.flatMap(({ variable }) => variable ?? []);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables).toContain('POSTERN_GATEWAY_DEFAULT_PROVIDER_OPENAI_CHAT');
  });
});

describe('variables', () => {
  test.each([
    ['POSTERN_GATEWAY_MAX_CONCURRENT', '12', { gateway: { maxConcurrent: 12 } }],
    ['POSTERN_STORAGE', 'file', { storage: 'file' }],
    ['POSTERN_VAULT_LOCK_ON_SUSPEND', 'false', { vault: { lockOnSuspend: false } }],
    ['POSTERN_VAULT_LOCK_AFTER_IDLE', 'never', { vault: { lockAfterIdle: 'never' } }],
    ['POSTERN_LOCAL_HOSTS', 'box.lan, 10.0.0.7', { localHosts: ['box.lan', '10.0.0.7'] }],
    ['POSTERN_PROXY_URL', 'http://proxy:3128', { proxy: { url: 'http://proxy:3128' } }],
  ])('%s=%s overrides the file', (name, text, expected) => {
    const written = { port: 8000, gateway: { maxConcurrent: 4, maxQueued: 5 } };
    const config = parseConfig(withVariables(written, expectOk(readVariables({ [name]: text }))));
    expect(config).toMatchObject({ ok: true, value: { port: 8000, ...expected } });
    expect(config).toMatchObject({ value: { gateway: { maxQueued: 5 } } });
  });

  test.each([
    ['POSTERN_PORT', 'tcp://10.0.0.1:7420'],
    ['POSTERN_PORT', '0x10'],
    ['POSTERN_GATEWAY_MAX_CONCURRENT', '-1'],
    ['POSTERN_LOCAL_HOSTS', 'http://box.lan'],
  ])('%s=%s is refused by name, without its value', (name, text) => {
    expect(readVariables({ [name]: text })).toEqual({
      ok: false,
      failure: { reason: 'variable-invalid', variable: name },
    });
  });

  test('that are empty count as unset', () => {
    expect(expectOk(readVariables({ POSTERN_PORT: '' })).size).toBe(0);
  });

  test('with a misspelled name are found', () => {
    const variables = {
      POSTERN_GATWAY: '1',
      POSTERN_PORT: '1',
      POSTERN_PASSPHRASE: 'x',
      HOME: '/',
    };
    expect(unknownVariables(variables)).toEqual(['POSTERN_GATWAY']);
  });
});
