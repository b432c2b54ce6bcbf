import { expectOk, type JsonValue } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { DIALECT_INFO, perDialect } from './dialect-ids.ts';

const DEFAULTS = {
  version: 1,
  storage: 'auto',
  port: 7420,
  vault: { lockAfterIdle: 'auto', lockOnSuspend: 'auto', deleteKeysOnExit: false },
  privacy: { clearHistoryOnExit: false, localModelsOnly: false, titlesByModel: false },
  log: { level: 'warn', format: 'text' },
  audit: {},
  appearance: {
    theme: 'system',
    contrast: 'system',
    textSize: 'medium',
    columnWidth: 'narrow',
    diagrams: 'drawn',
  },
  providers: {},
  localHosts: [],
  gateway: {
    maxBodyBytes: 33_554_432,
    maxConcurrent: 2048,
    maxQueued: 2048,
    limits: {},
    perAddress: {
      requestsPerMinute: 100,
      failuresPerMinute: 10,
      connections: 1000,
      countsLoopback: false,
    },
    queueTimeout: '10s',
    metrics: {},
    drainTimeout: '25s',
    headTimeout: '5m',
    streamHeadAfter: '30s',
    pingAfter: '15s',
    defaultProvider: perDialect((dialect) => DIALECT_INFO[dialect].defaultProvider),
    models: {},
    retries: { attempts: 3, baseDelay: '250ms', maxDelay: '10s' },
    breaker: { failures: 5, openFor: '30s' },
    listen: {
      host: 'localhost',
      publicHost: [],
      trustedProxies: [],
      forwardedHeader: 'x-forwarded-for',
    },
  },
};

describe('defaults', () => {
  test('an empty file is the default configuration', () => {
    expect(expectOk(parseConfig({}))).toEqual(DEFAULTS);
  });

  test('each dialect has its default provider', () => {
    expect(DEFAULTS.gateway.defaultProvider).toMatchObject({
      'anthropic-messages': 'anthropic',
      'openai-chat': 'openai',
    });
  });

  test('a partial group keeps its other defaults', () => {
    const config = expectOk(parseConfig({ gateway: { maxConcurrent: 4 }, storage: 'file' }));
    expect(config).toEqual({
      ...DEFAULTS,
      storage: 'file',
      gateway: { ...DEFAULTS.gateway, maxConcurrent: 4 },
    });
  });

  test('returns the values as written', () => {
    const written = {
      ...DEFAULTS,
      version: 1 as const,
      port: 1,
      providers: {
        'my.box_1': {
          label: 'Box',
          dialect: 'openai-chat',
          baseUrl: 'http://10.0.0.7:8080/v1',
          auth: 'none',
          models: ['a', 'b/c:latest'],
          alsoSpeaks: [{ dialect: 'anthropic-messages', path: '/v1/messages' }],
        },
        anthropic: { models: ['claude-x'] },
      },
      localHosts: ['box.lan', '10.0.0.7', '[fd00::7]', 'fd00::7', 'a'],
      proxy: {
        url: 'http://proxy.example:3128',
        username: 'u',
        passwordSecret: 'proxy',
        noProxy: ['.lan'],
      },
    };
    expect(expectOk(parseConfig(written))).toEqual(written);
  });
});

const url = (baseUrl: string): JsonValue => ({ providers: { box: { baseUrl } } });
const proxy = (address: string): JsonValue => ({ proxy: { url: address } });
const aliases = (models: JsonValue): JsonValue => ({ gateway: { models } });
const listen = (value: JsonValue): JsonValue => ({ gateway: { listen: value } });
const rejectedListen = ([name = '', value]: readonly (string | number)[]) =>
  [listen({ [name]: value ?? null }), `gateway.listen.${name}`, 'not a valid value'] as const;

describe('rejected, with the path of the first error', () => {
  test.each<readonly [JsonValue, string, string]>([
    [[], '', 'not an object'],
    [null, '', 'not an object'],
    ['{}', '', 'not an object'],
    [{ storag: 'file' }, 'storag', 'unknown key'],
    [{ gateway: { maxBody: 1 } }, 'gateway.maxBody', 'unknown key'],
    [{ appearance: { theme: 'dark', font: 'x' } }, 'appearance.font', 'unknown key'],
    [{ providers: { box: { url: 'https://a.example' } } }, 'providers.box.url', 'unknown key'],
    [
      { gateway: { defaultProvider: { openai: 'x' } } },
      'gateway.defaultProvider.openai',
      'unknown key',
    ],
    [
      { providers: { box: { tls: { pins: ['sha256/short='] } } } },
      'providers.box.tls.pins.0',
      'not a valid value',
    ],
    [
      { providers: { box: { tls: { rejectUnauthorized: false } } } },
      'providers.box.tls.rejectUnauthorized',
      'unknown key',
    ],
    [
      { providers: { box: { forwardHeaders: ['authorization'] } } },
      'providers.box.forwardHeaders.0',
      'not a valid value',
    ],
    [{ version: 2 }, 'version', 'not a valid value'],
    [{ storage: 'plaintext' }, 'storage', 'not a valid value'],
    [{ storage: null }, 'storage', 'not a valid value'],
    [{ port: 0 }, 'port', 'not a valid value'],
    [{ port: 65_536 }, 'port', 'not a valid value'],
    [{ port: 80.5 }, 'port', 'not a valid value'],
    [{ port: '7420' }, 'port', 'not a valid value'],
    [{ gateway: { maxBodyBytes: 1023 } }, 'gateway.maxBodyBytes', 'not a valid value'],
    [{ gateway: { maxConcurrent: 0 } }, 'gateway.maxConcurrent', 'not a valid value'],
    [{ gateway: { maxQueued: -1 } }, 'gateway.maxQueued', 'not a valid value'],
    [{ gateway: { maxQueued: 1.5 } }, 'gateway.maxQueued', 'not a valid value'],
    [{ gateway: { queueTimeout: 10 } }, 'gateway.queueTimeout', 'not a valid value'],
    [{ gateway: { queueTimeout: '0s' } }, 'gateway.queueTimeout', 'not a valid value'],
    [aliases({ fast: {} }), 'gateway.models.fast.targets', 'missing'],
    [aliases({ fast: { targets: [] } }), 'gateway.models.fast.targets', 'not a valid value'],
    [aliases({ '/fast': {} }), 'gateway.models./fast', 'not a usable name'],
    [aliases({ constructor: {} }), 'gateway.models.constructor', 'not a usable name'],
    ...['gpt-5', 'openai/', 'OpenAI/x', 'openai/a b', 'openai/é', 'openai/x\r\ny'].map(
      (model): readonly [JsonValue, string, string] => [
        aliases({ fast: { targets: [{ model }] } }),
        'gateway.models.fast.targets.0.model',
        'not a valid value',
      ],
    ),
    ...[0, 1001, 1.5, '1'].map((weight): readonly [JsonValue, string, string] => [
      aliases({ fast: { targets: [{ model: 'a/b', weight }] } }),
      'gateway.models.fast.targets.0.weight',
      'not a valid value',
    ]),
    ...[
      { contextWindow: 0 },
      { maxOutput: 1.5 },
      { inputModalities: ['smell'] },
      { outputModalities: [] },
    ].map((facts): readonly [JsonValue, string, string] => {
      const [name = ''] = Object.keys(facts);
      const index = name === 'inputModalities' ? '.0' : '';
      return [
        aliases({ fast: { targets: [{ model: 'a/b' }], ...facts } }),
        `gateway.models.fast.${name}${index}`,
        'not a valid value',
      ];
    }),
    [{ gateway: { retries: { attempts: 0 } } }, 'gateway.retries.attempts', 'not a valid value'],
    [{ gateway: { retries: { delay: '1s' } } }, 'gateway.retries.delay', 'unknown key'],
    [{ gateway: { breaker: { openFor: '5' } } }, 'gateway.breaker.openFor', 'not a valid value'],
    [{ localHosts: ['ok', 'http://no'] }, 'localHosts.1', 'not a valid value'],
    [{ localHosts: ['host:80'] }, 'localHosts.0', 'not a valid value'],
    [{ localHosts: ['*'] }, 'localHosts.0', 'not a valid value'],
    [{ proxy: {} }, 'proxy.url', 'missing'],
    ...[
      ['host', 'gateway.example'],
      ['host', '10.0.0.0/8'],
      ['port', 0],
      ['redirectFrom', 65_536],
      ['forwardedHeader', 'x-real-ip'],
    ].map(rejectedListen),
    [listen({ hosts: [] }), 'gateway.listen.hosts', 'unknown key'],
    [listen({ tls: { cert: '/a' } }), 'gateway.listen.tls.cert', 'unknown key'],
    [listen({ tls: { key: 'a.pem' } }), 'gateway.listen.tls.key', 'not a valid value'],
    [
      listen({ tls: { development: false } }),
      'gateway.listen.tls.development',
      'not a valid value',
    ],
    [listen({ publicHost: ['https://a'] }), 'gateway.listen.publicHost.0', 'not a valid value'],
    ...[
      '*',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      '10.0.0/8',
      'a.example',
      '10.1.2.3/8',
    ].map((range): readonly [JsonValue, string, string] => [
      listen({ trustedProxies: ['10.0.0.0/8', '::1', range] }),
      'gateway.listen.trustedProxies.2',
      'not a valid value',
    ]),
    [{ providers: { 'Bad Name': {} } }, 'providers.Bad Name', 'not a usable name'],
    [{ providers: { constructor: {} } }, 'providers.constructor', 'not a usable name'],
    [{ providers: { prototype: {} } }, 'providers.prototype', 'not a usable name'],
    [{ providers: { ['x'.repeat(65)]: {} } }, `providers.${'x'.repeat(65)}`, 'not a usable name'],
  ])('%j at "%s": %s', (value, path, problem) => {
    expect(parseConfig(value)).toEqual({
      ok: false,
      failure: { reason: 'config-invalid', path, problem },
    });
  });

  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ftp://a.example',
    'a.example',
    '//a.example',
    'https://',
    'https://user:password@a.example',
    'https://token@a.example/v1',
    'https://a.example/v1?key=1',
    'https://a.example/v1#key',
    'https://a.example\\@b.example',
    ' https://a.example',
    'https://a.example/v1\nx',
    `https://a.example/${'x'.repeat(2000)}`,
  ])('as the address of an endpoint: %j', (address) => {
    const failure = { reason: 'config-invalid', path: 'providers.box.baseUrl' };
    expect(parseConfig(url(address))).toMatchObject({ ok: false, failure });
  });

  test.each([
    '',
    '/',
    'messages',
    '//host',
    '/a//b',
    '/a/',
    '/../admin',
    '/a/..',
    '/./a',
    '/a?b=c',
    '/a#b',
    '/a%2fb',
    '/a\\b',
    '/a b',
  ])('as the path of a dialect: %j', (path) => {
    const alsoSpeaks = [{ dialect: 'openai-chat', path }];
    expect(parseConfig({ providers: { box: { alsoSpeaks } } })).toMatchObject({
      failure: { reason: 'config-invalid', path: 'providers.box.alsoSpeaks.0.path' },
    });
  });

  test.each([
    ['tokenLimit', 'max'],
    ['usageUnasked', false],
    ['maxStops', -1],
    ['efforts', []],
    ['refuses', ['everything']],
    ['unknown', true],
  ])('as a quirk of a server: %s %j', (name, value) => {
    expect(parseConfig({ providers: { box: { quirks: { [name]: value } } } })).toMatchObject({
      failure: { reason: 'config-invalid' },
    });
  });

  test.each([
    'http://user:password@proxy.example:3128',
    'http://proxy.example:3128/path',
    'socks5://proxy.example',
    'proxy.example:3128',
  ])('as the address of a proxy: %j', (address) => {
    const failure = { reason: 'config-invalid', path: 'proxy.url' };
    expect(parseConfig(proxy(address))).toMatchObject({ ok: false, failure });
  });

  test('no failure repeats a value', () => {
    const values: JsonValue[] = [
      { proxy: { url: 'http://u:MARKED@proxy.example' } },
      { port: 'MARKED' },
      { storage: 'MARKED' },
      url('https://MARKED@a.example'),
    ];
    for (const value of values) expect(JSON.stringify(parseConfig(value))).not.toContain('MARKED');
  });
});
