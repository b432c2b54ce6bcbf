import { startFakeUpstream, type FakeUpstream } from '@postern/testing';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startGateway, type RunningGateway, type StartGatewayOptions } from './start-gateway.ts';

/** One fake upstream for the tests of a file, and a gateway in front of it for each test. */
export interface GatewayWorld {
  readonly upstream: FakeUpstream;
  /** The gateway of the current test, after `start`. It is closed when the test ends. */
  readonly running: RunningGateway;
  start(options?: Partial<StartGatewayOptions>): Promise<void>;
  /** Posts a small request, with changes to its body, to a path of the gateway. */
  post(path: string, changes?: object, options?: PostOptions): Promise<Response>;
}

interface PostOptions {
  /** Default: the gateway's own key. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

const BODY = { model: 'm', max_tokens: 500, messages: [{ role: 'user', content: 'hi' }] };

/** Registers the hooks that start and close everything; to be called once, at the top of a test file. */
export function gatewayWorld(): GatewayWorld {
  let upstream: FakeUpstream | undefined;
  let running: RunningGateway | undefined;

  const world: GatewayWorld = {
    get upstream() {
      return started(upstream);
    },
    get running() {
      return started(running);
    },
    start: async (options = {}) => {
      running = await startGateway({ baseUrls: world.upstream.baseUrls, ...options });
    },
    post: (path, changes = {}, { key = world.running.key, signal } = {}) =>
      fetch(world.running.url + path, {
        method: 'POST',
        signal: signal ?? null,
        headers: { 'x-api-key': key },
        body: JSON.stringify({ ...BODY, ...changes }),
      }),
  };

  beforeAll(async () => {
    upstream = await startFakeUpstream();
  });
  afterEach(async () => {
    upstream?.reset();
    await running?.close();
    running = undefined;
  });
  afterAll(async () => {
    await upstream?.close();
  });
  return world;
}

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not started');
  return value;
}
