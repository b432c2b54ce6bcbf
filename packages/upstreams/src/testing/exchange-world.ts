import { Secret } from '@postern/kernel';
import { providerId, secretName, type Provider } from '@postern/protocol';
import { startFakeUpstream, type FakeUpstream } from '@postern/testing';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createConnections, type Connections } from '../connect/connections.ts';
import type { Exchange, ExchangeRequest } from '../connect/exchange.ts';
import { storedKey } from '../credential.ts';
import type { UpstreamFailure } from '../upstream-failure.ts';

export const KEY_TEXT = 'sk-test-canary-0123456789abcdef';
export const KEY: Secret = Secret.of(KEY_TEXT);

/** One fake upstream for the tests of a file, and connections of its own for each test. */
export interface ExchangeWorld {
  readonly upstream: FakeUpstream;
  readonly connections: Connections;
  provider(changes?: Partial<Provider>): Provider;
  /** A streamed request to the fake upstream. */
  request(changes?: Partial<ExchangeRequest>): ExchangeRequest;
  /** Runs one exchange to its end and records the calls of its sink, in order. */
  run(
    request: ExchangeRequest,
    onChunk?: (exchange: Exchange, text: string) => void,
  ): { readonly exchange: Exchange; readonly calls: Promise<readonly string[]> };
}

/** Registers the hooks that start and close everything; to be called once, at the top of a test file. */
export function exchangeWorld(): ExchangeWorld {
  let upstream: FakeUpstream | undefined;
  let connections: Connections | undefined;

  beforeAll(async () => {
    upstream = await startFakeUpstream({
      headers: { 'openai-chat': { keys: [KEY_TEXT], anonymous: true } },
    });
  });
  beforeEach(() => {
    upstream?.reset();
    connections = createConnections({ localHosts: [] });
  });
  afterEach(async () => {
    await connections?.close();
  });
  afterAll(async () => {
    await upstream?.close();
  });

  const world: ExchangeWorld = {
    get upstream() {
      return started(upstream);
    },
    get connections() {
      return started(connections);
    },
    provider: (changes = {}) => ({
      id: providerId.from('fake'),
      label: 'Fake',
      dialect: 'openai-chat',
      baseUrl: world.upstream.baseUrls['openai-chat'],
      auth: 'bearer',
      secret: secretName.from('fake'),
      keyForm: undefined,
      models: [],
      keyPage: undefined,
      inProcess: false,
      builtIn: false,
      local: true,
      ...changes,
    }),
    request: (changes = {}) => ({
      provider: world.provider(),
      method: 'POST',
      path: '/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'm',
        stream: true,
        messages: [{ role: 'user', content: 'prompt-canary' }],
      }),
      credential: storedKey({ auth: 'bearer' }, KEY),
      ...changes,
    }),
    run: (request, onChunk) => run(world.connections, request, onChunk),
  };
  return world;
}

function run(
  connections: Connections,
  request: ExchangeRequest,
  onChunk?: (exchange: Exchange, text: string) => void,
): ReturnType<ExchangeWorld['run']> {
  const calls: string[] = [];
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  let last: Promise<void> | undefined;
  // Waits, so that a wrong call after the last one would be in the list.
  const finish = (call: string): void => {
    calls.push(call);
    last ??= new Promise((wait) => setTimeout(wait, 20)).then(() => {
      resolve(calls);
    });
  };
  const exchange = connections.exchange(request, {
    onHead: (status) => calls.push(`head ${status}`),
    onChunk: (chunk) => {
      calls.push('chunk');
      onChunk?.(exchange, chunk.toString('utf8'));
    },
    onEnd: () => {
      finish('end');
    },
    onFailure: (failure) => {
      finish(`failure ${failureName(failure)}`);
    },
  });
  return { exchange, calls: promise };
}

function failureName(failure: UpstreamFailure): string {
  if (failure.reason === 'timeout') return `timeout ${failure.waitingFor}`;
  if (failure.reason === 'unreachable') return `unreachable ${failure.why}`;
  return failure.reason;
}

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not started');
  return value;
}
