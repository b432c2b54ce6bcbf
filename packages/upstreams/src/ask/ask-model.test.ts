import { DIALECTS } from '@postern/dialects';
import { expectOk, Secret } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  providerId,
  secretName,
  type AnswerEvent,
  type FoldedAnswer,
  type ModelRequest,
  type Provider,
} from '@postern/protocol';
import {
  echoText,
  startFakeUpstream,
  textReply,
  type FakeReply,
  type FakeUpstream,
  type FakeDialect,
} from '@postern/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createConnections, type Connections } from '../connect/connections.ts';
import { storedKey, type Credential } from '../credential.ts';
import { askModel } from './ask-model.ts';

const KEY_TEXT = 'sk-ant-canary-0123456789abcdef';
const KEY = Secret.of(KEY_TEXT);
/** Without the form of a key, by which it would be found in a message anyway. */
const LOGIN_TEXT = 'login-canary-0123456789';
const never = new AbortController().signal;
const DIALECT_IDS: readonly FakeDialect[] = ['anthropic-messages', 'openai-chat'];

let upstream: FakeUpstream;
let connections: Connections;

beforeAll(async () => {
  upstream = await startFakeUpstream({
    headers: {
      'anthropic-messages': { keys: [KEY_TEXT, LOGIN_TEXT], auth: 'x-api-key', anonymous: true },
      'openai-chat': { keys: [KEY_TEXT, LOGIN_TEXT], anonymous: true },
    },
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

function provider(dialect: FakeDialect): Provider {
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
  };
}

function credential(dialect: FakeDialect, key = KEY): Credential | undefined {
  return storedKey(provider(dialect), key);
}

function request(changes: Partial<ModelRequest> = {}): ModelRequest {
  const turns = [{ role: 'user', parts: [{ kind: 'text', text: 'prompt-canary' }] }] as const;
  return { model: 'fake-model', turns, stream: true, ...changes };
}

async function ask(
  dialect: FakeDialect,
  changes: Partial<ModelRequest> = {},
  key: Secret = KEY,
): Promise<FoldedAnswer> {
  const events: AnswerEvent[] = [];
  const answer = askModel(
    connections,
    provider(dialect),
    credential(dialect, key),
    request(changes),
    never,
  );
  for await (const event of answer) events.push(event);
  expect(events.filter(isLast)).toHaveLength(1);
  expect(events.findIndex(isLast)).toBe(events.length - 1);
  return events.reduce(foldAnswer, EMPTY_ANSWER);
}

function hex(letter: string): string {
  return letter.charCodeAt(0).toString(16);
}

function isLast(event: AnswerEvent): boolean {
  return event.kind === 'finish' || event.kind === 'failure';
}

describe.each(DIALECT_IDS)('asking in %s', (dialect) => {
  const long: FakeReply = textReply('one two three four five six seven eight nine ten');

  it.each([true, false])(
    'streamed %s: text, model, usage and the reason it stopped',
    async (stream) => {
      const answer = await ask(dialect, { stream });
      expect(answer).toMatchObject({
        model: 'fake-model',
        parts: [{ kind: 'text', text: echoText('prompt-canary') }],
        stopReason: 'end',
        failure: undefined,
      });
      expect(answer.usage.inputTokens).toBeGreaterThan(0);
      expect(answer.usage.outputTokens).toBeGreaterThan(0);
      expect(upstream.violations).toEqual([]);
    },
  );

  it.each([true, false])('streamed %s: thinking and tool calls, the same', async (stream) => {
    const reply: FakeReply = {
      kind: 'answer',
      parts: [
        { kind: 'thinking', text: 'Let me see.', signature: 'c2ln' },
        { kind: 'text', text: 'I look it up.' },
        { kind: 'tool-call', id: 'call_1', name: 'look_up', input: { word: 'postern' } },
        { kind: 'tool-call', id: 'call_2', name: 'look_up', input: {} },
      ],
    };
    upstream.next({ ...reply, ...(stream ? { chunking: { bytes: 1 } } : {}) });
    const tools = [{ name: 'look_up', inputSchema: { type: 'object', properties: {} } }];
    const answer = await ask(dialect, { stream, tools });
    expect(answer.stopReason).toBe('tool-calls');
    expect(answer.parts).toMatchObject([
      { kind: 'thinking', text: 'Let me see.' },
      { kind: 'text', text: 'I look it up.' },
      { kind: 'tool-call', callId: 'call_1', inputJson: '{"word":"postern"}' },
      { kind: 'tool-call', callId: 'call_2', inputJson: '{}' },
    ]);
    expect(upstream.violations).toEqual([]);
  });

  it.each([
    [401, 'UPSTREAM_KEY_REFUSED'],
    [402, 'UPSTREAM_BILLING'],
    [403, 'UPSTREAM_FORBIDDEN'],
    [404, 'UPSTREAM_NOT_FOUND'],
    [413, 'UPSTREAM_TOO_LARGE'],
    [429, 'UPSTREAM_RATE_LIMITED'],
    [500, 'UPSTREAM_FAULT'],
    [529, 'UPSTREAM_OVERLOADED'],
  ])('status %i is %s, with the words of the provider', async (status, code) => {
    upstream.next({ kind: 'error', status, message: 'As I was told.', retryAfter: 3 });
    expect((await ask(dialect)).failure).toMatchObject({
      code,
      message: 'As I was told.',
      retryAfterMs: 3000,
    });
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([
    ['cut', { ...long, fault: { kind: 'cut' } }, 'UPSTREAM_CUT'],
    ['no end', { ...long, fault: { kind: 'cut', afterFrames: 6 } }, 'UPSTREAM_CUT'],
    ['hang-up', { kind: 'hang-up' }, 'UPSTREAM_UNREACHABLE'],
    ['broken JSON', { ...long, fault: { kind: 'malformed' } }, 'UPSTREAM_MALFORMED'],
    [
      'another type',
      { kind: 'raw', status: 200, contentType: 'text/html', body: '<p>Hi' },
      'UPSTREAM_MALFORMED',
    ],
    [
      'an empty answer',
      { kind: 'raw', status: 200, contentType: 'application/json', body: '' },
      'UPSTREAM_MALFORMED',
    ],
    [
      'an empty stream',
      { kind: 'raw', status: 200, contentType: 'text/event-stream', body: '' },
      'UPSTREAM_CUT',
    ],
    [
      'a redirect',
      { kind: 'raw', status: 302, contentType: 'text/html', body: '', headers: { location: '/' } },
      'UPSTREAM_REDIRECTED',
    ],
  ] satisfies [string, FakeReply, string][])('%s is %s', async (_, reply, code) => {
    upstream.next(reply);
    expect((await ask(dialect)).failure?.code).toBe(code);
    expect(upstream.requests).toHaveLength(1);
  });

  it('what came before a failure is kept', async () => {
    upstream.next({ ...long, fault: { kind: 'error-event', message: 'Too much to do' } });
    const answer = await ask(dialect);
    expect(answer.failure?.message).toContain('Too much to do');
    expect(answer.parts).toMatchObject([{ kind: 'text' }]);
  });

  it('reports an error with status 200', async () => {
    upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'application/json',
      body: '{"error":{"message":"No endpoints found","code":404}}',
    });
    expect((await ask(dialect)).failure?.message).toBe('No endpoints found');
  });

  it.each([true, false])(
    'streamed %s, answered the other way: read all the same',
    async (stream) => {
      const body = JSON.stringify({
        model: 'fake-model',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'prompt-canary' }],
        stream: !stream,
      });
      const other = await connections.fetchText({
        provider: provider(dialect),
        credential: credential(dialect),
        method: 'POST',
        path: DIALECTS[dialect].answerPath,
        headers: { ...DIALECTS[dialect].requestHeaders, 'content-type': 'application/json' },
        body,
      });
      const { text, headers } = expectOk(other);
      const contentType = String(headers['content-type']);
      upstream.next({ kind: 'raw', status: 200, contentType, body: text });
      const answer = await ask(dialect, { stream });
      expect(answer.parts).toMatchObject([{ text: echoText('prompt-canary') }]);
      expect(answer.failure).toBeUndefined();
    },
  );

  it('without a key nothing is sent', async () => {
    const answer = askModel(connections, provider(dialect), undefined, request(), never);
    expect((await answer.next()).value).toMatchObject({
      kind: 'failure',
      failure: { code: 'UPSTREAM_NO_KEY' },
    });
    expect(upstream.requests).toEqual([]);
  });

  it('a key that the provider repeats is not passed on', async () => {
    const wrong = `${'wrong-'.repeat(2)}canary`;
    const { failure } = await ask(dialect, {}, Secret.of(wrong));
    expect(failure?.code).toBe('UPSTREAM_KEY_REFUSED');
    upstream.next({
      kind: 'error',
      status: 401,
      message: `The key ${KEY_TEXT} is bad, ${KEY_TEXT}!`,
    });
    const told = await ask(dialect);
    expect(JSON.stringify([failure, told.failure])).not.toContain('canary');
  });

  it('a key that the provider repeats in escapes of JSON is not passed on', async () => {
    const message = LOGIN_TEXT.replaceAll(/./g, (letter) => `\\u00${hex(letter)}`);
    upstream.next({
      kind: 'raw',
      status: 400,
      contentType: 'application/json',
      body: `{"type":"error","error":{"type":"invalid_request_error","message":"Not ${message}!"}}`,
    });
    const { failure } = await ask(dialect, {}, Secret.of(LOGIN_TEXT));
    expect(failure?.message).toContain(`Not ${'*'.repeat(LOGIN_TEXT.length)}!`);
  });

  it('a key that the provider repeats in its answer is covered', async () => {
    upstream.next(textReply(`your key is ${KEY_TEXT} and fine`));
    const told = JSON.stringify(await ask(dialect));
    expect(told).toContain(`your key is ${'*'.repeat(KEY_TEXT.length)} and fine`);
  });

  it('keeps the connection for the next question', async () => {
    const turns = 10;
    for (let turn = 0; turn < turns; turn += 1) {
      expect((await ask(dialect)).stopReason).toBe('end');
      // The rest of the body, after the last event, may still be on its way.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const used = new Set(upstream.requests.map(({ connection }) => connection));
    expect(used.size).toBeLessThan(turns);
  });
});
