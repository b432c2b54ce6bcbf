import { expectOk } from '@postern/kernel';
import type { Config, Provider } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_PROVIDERS } from './built-in-providers.ts';
import { providerTable } from './provider-table.ts';
import { dialectPath } from './dialect-path.ts';

const MINE = { dialect: 'openai-chat', baseUrl: 'https://llm.example/v1' } as const;

/** What the table reads, as the configuration's own parser would let it through or not. */
type Given = Partial<Pick<Config, 'providers' | 'localHosts'>>;

function table(config: Given): ReturnType<typeof providerTable> {
  return providerTable({ providers: {}, localHosts: [], ...config });
}

function provider(config: Given, id: string): Provider | undefined {
  return expectOk(table(config)).get(id);
}

const PIN = `sha256/${'A'.repeat(43)}=`;

describe('the built-in providers', () => {
  it('are these, in this order', () => {
    const ids = expectOk(table({})).all.map(({ id }) => id);
    expect(ids).toEqual([
      ...['anthropic', 'openai', 'gemini', 'mistral', 'deepseek', 'xai', 'groq', 'together'],
      ...['fireworks', 'cerebras', 'openrouter', 'ollama', 'lmstudio', 'llamacpp', 'vllm', 'demo'],
    ]);
  });

  it.each([
    ['anthropic', 'sk-ant-', 'https://api.anthropic.com', 'x-api-key'],
    ['openai', 'sk-', 'https://api.openai.com/v1', 'bearer'],
    ['groq', 'gsk_', 'https://api.groq.com/openai/v1', 'bearer'],
    ['gemini', 'AIza', 'https://generativelanguage.googleapis.com/v1beta/openai', 'bearer'],
    ['deepseek', 'sk-', 'https://api.deepseek.com/v1', 'bearer'],
    ['xai', 'xai-', 'https://api.x.ai/v1', 'bearer'],
    ['fireworks', 'fw_', 'https://api.fireworks.ai/inference/v1', 'bearer'],
    ['cerebras', 'csk-', 'https://api.cerebras.ai/v1', 'bearer'],
    ['openrouter', 'sk-or-', 'https://openrouter.ai/api/v1', 'bearer'],
  ])('%s has keys that begin with %s', (id, prefix, baseUrl, auth) => {
    expect(provider({}, id)?.keyForm?.prefixes[0]).toBe(prefix);
    expect(provider({}, id)).toMatchObject({
      baseUrl,
      auth,
      secret: id,
      local: false,
      keyForm: { minLength: 20, example: `${prefix}…` },
    });
  });

  it.each([
    ['mistral', 'https://api.mistral.ai/v1'],
    ['together', 'https://api.together.xyz/v1'],
  ])('%s has keys of any form', (id, baseUrl) => {
    expect(provider({}, id)).toMatchObject({ baseUrl, auth: 'bearer', keyForm: undefined });
  });

  it.each([
    ['ollama', 'http://127.0.0.1:11434/v1'],
    ['lmstudio', 'http://127.0.0.1:1234/v1'],
    ['llamacpp', 'http://127.0.0.1:8080/v1'],
    ['vllm', 'http://127.0.0.1:8000/v1'],
  ])('%s is a server on this machine', (id, baseUrl) => {
    expect(provider({}, id)).toMatchObject({ baseUrl, auth: 'none', local: true });
  });

  it('have Azure OpenAI only with the address of its resource', () => {
    const baseUrl = 'https://mine.openai.azure.com/openai/v1';
    expect(provider({}, 'azure')).toBeUndefined();
    expect(table({ providers: { azure: { models: ['m'] } } })).toMatchObject({
      failure: { reason: 'endpoint-incomplete', provider: 'azure', field: 'baseUrl' },
    });
    expect(provider({ providers: { azure: { baseUrl } } }, 'azure')).toMatchObject({
      label: 'Azure OpenAI',
      baseUrl,
      auth: 'api-key',
      builtIn: true,
    });
  });

  it('need no key where they are local', () => {
    for (const row of BUILT_IN_PROVIDERS) {
      expect(row.auth === 'none').toBe(row.local);
      expect(row.baseUrl.startsWith('https://')).toBe(!row.local);
    }
    expect(provider({}, 'demo')).toMatchObject({ label: 'Offline demo', inProcess: true });
  });
});

describe('named endpoints', () => {
  it('come after the built-in ones, with defaults that fit their dialect', () => {
    const endpoints: Config['providers'] = {
      zebra: MINE,
      ape: { dialect: 'anthropic-messages', baseUrl: 'http://localhost:8080' },
    };
    const { all } = expectOk(table({ providers: endpoints }));
    expect(all.slice(-2)).toEqual([
      {
        id: 'ape',
        label: 'ape',
        dialect: 'anthropic-messages',
        baseUrl: 'http://localhost:8080',
        auth: 'x-api-key',
        secret: 'ape',
        keyForm: undefined,
        models: [],
        keyPage: undefined,
        inProcess: false,
        builtIn: false,
        local: true,
      },
      expect.objectContaining({ id: 'zebra', auth: 'bearer', local: false }),
    ]);
  });

  it('may have further keys, as built-in providers may', () => {
    const keys = ['zebra', 'zebra-2', 'openai', 'zebra-2'];
    const providers = { zebra: { ...MINE, keys }, openai: { keys } };
    const found = expectOk(table({ providers }));
    expect(found.get('zebra')?.keys).toEqual(['zebra-2', 'openai']);
    expect(found.get('openai')?.keys).toEqual(['zebra', 'zebra-2']);
  });

  it('may differ from other servers; the quirks of a built-in one are added to', () => {
    const quirks = { takesTopK: true, tokenLimit: 'max_tokens' } as const;
    const providers = { mine: { ...MINE, quirks }, groq: { quirks: { takesTopK: true } } } as const;
    const found = expectOk(table({ providers }));
    const groq = BUILT_IN_PROVIDERS.find(({ id }) => id === 'groq')?.quirks;
    expect(Object.keys(groq ?? {}).length).toBeGreaterThan(0);
    expect(found.get('mine')?.quirks).toEqual(quirks);
    expect(found.get('groq')?.quirks).toEqual({ ...groq, takesTopK: true });
  });

  it('may speak several dialects, each with its path', () => {
    const spoken: Config['providers'][string] = {
      ...MINE,
      alsoSpeaks: [{ dialect: 'anthropic-messages', path: '/messages' }],
    };
    const both = provider({ providers: { both: spoken } }, 'both');
    const usual = provider(
      { providers: { usual: { ...MINE, alsoSpeaks: [{ dialect: 'anthropic-messages' }] } } },
      'usual',
    );
    const one = provider({ providers: { one: MINE } }, 'one');
    const paths = [both, usual, one].map((row) =>
      row === undefined
        ? []
        : [dialectPath(row, 'openai-chat'), dialectPath(row, 'anthropic-messages')],
    );
    expect(paths).toEqual([
      ['/chat/completions', '/messages'],
      ['/chat/completions', '/v1/messages'],
      ['/chat/completions', undefined],
    ]);
  });

  it('may move a built-in provider and name its models', () => {
    const moved = { openai: { baseUrl: 'http://127.0.0.1:9999/v1', models: ['m'] } };
    expect(provider({ providers: moved }, 'openai')).toMatchObject({
      baseUrl: 'http://127.0.0.1:9999/v1',
      models: ['m'],
      builtIn: true,
      local: true,
      secret: 'openai',
    });
  });

  it.each(['openai', 'mine'])('gives %s its TLS and the headers that it gets', (id) => {
    const own = {
      tls: { ca: '/ca.pem', pins: [PIN, PIN.replace('AA', 'BA')] },
      forwardHeaders: ['x-title' as const],
    };
    const endpoint = id === 'mine' ? { ...MINE, ...own } : own;
    expect(provider({ providers: { [id]: endpoint } }, id)).toMatchObject(own);
    expect(provider({ providers: { [id]: id === 'mine' ? MINE : {} } }, id)).not.toHaveProperty(
      'tls',
    );
  });

  it('moved, is not bound to what is known of its keys', () => {
    const moved = { openrouter: { baseUrl: 'https://llm.example/v1' } };
    expect(provider({}, 'openrouter')?.keyCheckPath).toBe('/key');
    expect(provider({ providers: moved }, 'openrouter')?.keyForm).toBeUndefined();
    expect(provider({ providers: moved }, 'openrouter')).not.toHaveProperty('keyCheckPath');
  });

  it.each([
    ['https://llm.example', [], false],
    ['http://127.0.0.1:1234/v1', [], true],
    ['http://127.9.9.9', [], true],
    ['http://[::1]:1234', [], true],
    ['http://LOCALHOST', [], true],
    ['http://nas.home:8000/v1', ['nas.home'], true],
    ['http://192.168.1.5', ['192.168.1.5'], true],
    ['http://[fd00::5]', ['fd00::5'], true],
    ['https://nas.home', ['NAS.home'], true],
  ])('%s with local hosts %j is taken', (baseUrl, localHosts, local) => {
    const config = { providers: { mine: { ...MINE, baseUrl } }, localHosts };
    expect(provider(config, 'mine')?.local).toBe(local);
  });

  it.each([
    ['http://llm.example', [], 'address-insecure'],
    ['http://nas.home', ['nas'], 'address-insecure'],
    ['http://127.0.0.1.evil.example', [], 'address-insecure'],
    ['http://localhost.evil.example', [], 'address-insecure'],
    ['http://evil.example#@127.0.0.1', [], 'address-invalid'],
    ['http://127.0.0.1@evil.example', [], 'address-invalid'],
    ['http://[::ffff:10.0.0.1]', [], 'address-insecure'],
    ['http://0.0.0.0', [], 'address-insecure'],
    ['https://10.0.0.1', ['10.0.0.2'], 'address-private'],
    ['https://[fd00::5]', [], 'address-private'],
    ['https://169.254.169.254', ['169.254.169.254'], 'address-forbidden'],
    ['http://0.0.0.0', ['0.0.0.0'], 'address-forbidden'],
    ['https://user:pass@llm.example', [], 'address-invalid'],
    ['https://llm.example/v1?key=x', [], 'address-invalid'],
    ['https://llm.example/#x', [], 'address-invalid'],
    ['ftp://llm.example', [], 'address-invalid'],
    ['file:///etc/passwd', [], 'address-invalid'],
    ['javascript:alert(1)', [], 'address-invalid'],
  ])('%s with local hosts %j is refused', (baseUrl, localHosts, reason) => {
    const result = table({ providers: { mine: { ...MINE, baseUrl } }, localHosts });
    expect(result).toMatchObject({ ok: false, failure: { reason, provider: 'mine' } });
  });

  it.each([
    [
      { mine: { baseUrl: 'https://x.example' } },
      { reason: 'endpoint-incomplete', field: 'dialect' },
    ],
    [{ mine: { dialect: 'openai-chat' } }, { reason: 'endpoint-incomplete', field: 'baseUrl' }],
    [{ openai: { dialect: 'anthropic-messages' } }, { reason: 'provider-fixed', field: 'dialect' }],
    [{ openai: { tls: { pins: [] } } }, { reason: 'pins-too-few', provider: 'openai' }],
    [{ openai: { tls: { pins: [PIN] } } }, { reason: 'pins-too-few', provider: 'openai' }],
    [{ openai: { tls: { pins: [PIN, PIN] } } }, { reason: 'pins-too-few', provider: 'openai' }],
    [{ demo: { baseUrl: 'https://x.example' } }, { reason: 'provider-fixed', field: 'baseUrl' }],
  ] satisfies [Config['providers'], object][])('%j is refused', (providers, failure) => {
    expect(table({ providers })).toMatchObject({ ok: false, failure });
  });
});
