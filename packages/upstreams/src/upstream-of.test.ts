import { EMPTY_ANSWER, foldAnswer, type FoldedAnswer, type Provider } from '@postern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConnections, type Connections } from './connect/connections.ts';
import { BUILT_IN_PROVIDERS } from './providers/built-in-providers.ts';
import { upstreamOf } from './upstream-of.ts';

const never = new AbortController().signal;
let connections: Connections;

beforeEach(async () => {
  connections = createConnections({ localHosts: [] });
  // Nothing can be connected from now on.
  await connections.close();
});

afterEach(async () => {
  await connections.close();
});

function provider(id: string): Provider {
  const row = BUILT_IN_PROVIDERS.find((built) => built.id === id);
  if (row === undefined) throw new TypeError(`no provider ${id}`);
  return row;
}

async function answerOf(id: string, model: string): Promise<FoldedAnswer> {
  const turns = [{ role: 'user', parts: [{ kind: 'text', text: 'Hello' }] }] as const;
  let answer = EMPTY_ANSWER;
  const events = upstreamOf(connections, provider(id), undefined).ask(
    { model, turns, stream: false },
    never,
  );
  for await (const event of events) answer = foldAnswer(answer, event);
  return answer;
}

describe('the upstream of a provider', () => {
  it('answers in this process for the demo, without a connection and without a key', async () => {
    expect((await answerOf('demo', 'demo')).stopReason).toBe('end');
  });

  it('lists the models of the demo without a connection and without a key', async () => {
    expect(
      await upstreamOf(connections, provider('demo'), undefined).listModels(never),
    ).toMatchObject({
      ok: true,
      value: [{ id: 'demo' }, { id: 'demo-slow' }],
    });
  });

  it('is asked over HTTP for every other provider', async () => {
    expect((await answerOf('ollama', 'any')).failure?.code).toBe('REQUEST_CANCELLED');
  });
});
