import { Secret } from '@postern/kernel';
import { providerId, secretName, type Provider } from '@postern/protocol';
import {
  startFakeUpstream,
  type FakeDialect,
  type FakeReply,
  type FakeUpstream,
} from '@postern/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createConnections, type Connections } from '../connect/connections.ts';
import { storedKey } from '../credential.ts';
import { listModels, listTimeoutMs } from './list-models.ts';

const KEY_TEXT = 'sk-canary-0123456789abcdef';
const KEY = Secret.of(KEY_TEXT);
const never = new AbortController().signal;
const MANY = Array.from({ length: 30 }, (_, index) => ({
  id: `claude-${index}`,
  label: `Claude ${index}`,
}));

let upstream: FakeUpstream;
let connections: Connections;

beforeAll(async () => {
  const keys = [KEY_TEXT];
  upstream = await startFakeUpstream({
    headers: { 'anthropic-messages': { keys, auth: 'x-api-key' }, 'openai-chat': { keys } },
    models: { 'anthropic-messages': MANY, 'openai-chat': [{ id: 'gpt', label: 'gpt' }] },
  });
});

beforeEach(() => {
  upstream.reset();
  connections = createConnections({ localHosts: [] });
});

afterEach(async () => {
  await connections.close();
});

afterAll(async () => {
  await upstream.close();
});

function provider(dialect: FakeDialect, changes: Partial<Provider> = {}): Provider {
  return {
    id: providerId.from('fake'),
    label: 'Fake',
    dialect,
    baseUrl: upstream.baseUrls[dialect],
    auth: dialect === 'anthropic-messages' ? 'x-api-key' : 'bearer',
    secret: secretName.from('fake'),
    keyForm: undefined,
    models: [],
    keyPage: undefined,
    inProcess: false,
    builtIn: false,
    local: true,
    ...changes,
  };
}

function list(asked: Provider, key?: Secret, signal = never): ReturnType<typeof listModels> {
  return listModels(connections, asked, key && storedKey(asked, key), signal);
}

describe('the list of models', () => {
  it('is whole, with labels and dates where the provider has them', async () => {
    const anthropic = await list(provider('anthropic-messages'), KEY);
    const createdAtMs = Date.UTC(2026, 0, 1);
    const dated = MANY.map((model) => ({ ...model, createdAtMs }));
    expect(anthropic).toEqual({ ok: true, value: dated });
    const openai = await list(provider('openai-chat'), KEY);
    expect(openai).toEqual({ ok: true, value: [{ id: 'gpt', label: 'gpt', createdAtMs }] });
    expect(upstream.violations).toEqual([]);
  });

  it('has what the provider says about each model', async () => {
    const architecture = { input_modalities: ['text', 'image'], output_modalities: ['text'] };
    const pricing = { prompt: '0.000001', completion: '0.000002' };
    const entry = { id: 'a/b', name: 'B', context_length: 4096, architecture, pricing };
    const body = JSON.stringify({ data: [entry] });
    upstream.respond(() => ({ kind: 'raw', status: 200, contentType: 'application/json', body }));
    expect(await list(provider('openai-chat'), KEY)).toEqual({
      ok: true,
      value: [
        {
          id: 'a/b',
          label: 'B',
          contextWindow: 4096,
          inputModalities: ['text', 'image'],
          outputModalities: ['text'],
          price: { input: 1, output: 2 },
        },
      ],
    });
  });

  it('does not contain the key, even if the provider escapes its letters', async () => {
    const escaped = KEY_TEXT.replaceAll(
      /[^]/g,
      (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`,
    );
    const body = `{"data":[{"id":"${escaped}","name":"${escaped}"}]}`;
    upstream.respond(() => ({ kind: 'raw', status: 200, contentType: 'application/json', body }));
    const told = await list(provider('openai-chat'), KEY);
    const masked = '*'.repeat(KEY_TEXT.length);
    expect(told).toMatchObject({ ok: true, value: [{ id: masked, label: masked }] });
  });
});

describe('the test of a key', () => {
  const page: FakeReply = { kind: 'raw', status: 200, contentType: 'text/html', body: '<html>' };

  it.each([
    ['a wrong key', Secret.of('sk-wrong-canary-0123'), undefined, 'UPSTREAM_KEY_REFUSED'],
    ['no key', undefined, undefined, 'UPSTREAM_NO_KEY'],
    ['a plan token', Secret.of('sk-ant-oat01-canary'), undefined, 'UPSTREAM_PLAN_TOKEN'],
    ['a page in place of a list', KEY, page, 'UPSTREAM_MALFORMED'],
    ['a limit', KEY, { kind: 'error', status: 429 }, 'UPSTREAM_RATE_LIMITED'],
    ['a hang-up', KEY, { kind: 'hang-up' }, 'UPSTREAM_UNREACHABLE'],
  ] satisfies [string, Secret | undefined, FakeReply | undefined, string][])(
    '%s is %s',
    async (_, key, reply, code) => {
      upstream.respond(() => reply);
      const models = await list(provider('openai-chat'), key);
      expect(models).toMatchObject({ ok: false, failure: { code } });
      expect(JSON.stringify(models)).not.toContain('canary');
    },
  );

  it('asks first for what only a key opens, where the list is public', async () => {
    const router = provider('openai-chat', { keyCheckPath: '/models/secret' });
    upstream.respond(({ path }) =>
      path.endsWith('/secret') ? { kind: 'error', status: 401, message: 'No auth' } : undefined,
    );
    const refused = await list(router, KEY);
    expect(refused).toMatchObject({
      failure: { code: 'UPSTREAM_KEY_REFUSED', message: 'No auth' },
    });
    upstream.respond(undefined);
    expect(await list(router, KEY)).toMatchObject({ ok: true });
    expect(upstream.requests.map(({ path }) => path)).toEqual([
      '/v1/models/secret',
      '/v1/models/secret',
      '/v1/models',
    ]);
  });

  it('is cancelled with its signal', async () => {
    upstream.respond(() => ({ kind: 'echo', headDelayMs: 60_000 }));
    const stop = new AbortController();
    const listed = list(provider('openai-chat'), KEY, stop.signal);
    const request = await upstream.request(0);
    stop.abort();
    expect(await listed).toMatchObject({ failure: { code: 'REQUEST_CANCELLED' } });
    expect(await request.closed).toBe('left');
  });
});

describe('the time that a list may take', () => {
  it.each([
    ['a model server at its usual port', true, true, 3_000],
    ["a user's own server on this machine", true, false, 20_000],
    ['a provider on the internet', false, true, 20_000],
  ])('of %s', (_name, local, builtIn, expected) => {
    expect(listTimeoutMs({ local, builtIn })).toBe(expected);
  });
});
