import type { AnswerEvent, ModelRequest } from '@postern/protocol';
import { textReply, type FakeDialect } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { storedKey } from '../credential.ts';
import { exchangeWorld, KEY } from '../testing/exchange-world.ts';
import { askModel } from './ask-model.ts';

const DIALECT_IDS: readonly FakeDialect[] = ['anthropic-messages', 'openai-chat'];
const never = new AbortController().signal;

const world = exchangeWorld();

function start(dialect: FakeDialect, signal: AbortSignal): ReturnType<typeof askModel> {
  const auth = dialect === 'anthropic-messages' ? 'x-api-key' : 'bearer';
  const baseUrl = world.upstream.baseUrls[dialect];
  const provider = world.provider({ dialect, baseUrl, auth });
  const turns = [{ role: 'user', parts: [{ kind: 'text', text: 'prompt-canary' }] }] as const;
  const request: ModelRequest = { model: 'fake-model', turns, stream: true };
  return askModel(world.connections, provider, storedKey(provider, KEY), request, signal);
}

describe('stopping', () => {
  const endless = textReply('word '.repeat(10_000), { deltaDelayMs: 2 });

  it.each(DIALECT_IDS)('%s: a reader that returns early stops the upstream', async (dialect) => {
    world.upstream.next(endless);
    let read = 0;
    for await (const event of start(dialect, never)) {
      read += event.kind === 'part-delta' ? 1 : 0;
      if (read === 5) break;
    }
    expect(await (await world.upstream.request(0)).closed).toBe('left');
  });

  it.each(DIALECT_IDS)('%s: a signal ends a silent answer', async (dialect) => {
    world.upstream.next({ ...endless, fault: { kind: 'stall', afterFrames: 6 } });
    const stop = new AbortController();
    const events: AnswerEvent[] = [];
    const answer = start(dialect, stop.signal);
    for await (const event of answer) {
      events.push(event);
      if (event.kind === 'part-delta')
        setTimeout(() => {
          stop.abort();
        }, 20);
    }
    expect(events.at(-1)).toMatchObject({ failure: { code: 'REQUEST_CANCELLED' } });
    expect(await (await world.upstream.request(0)).closed).toBe('left');
  });

  it('sends nothing if the signal is already aborted', async () => {
    const answer = start('openai-chat', AbortSignal.abort());
    expect((await answer.next()).value).toMatchObject({ failure: { code: 'REQUEST_CANCELLED' } });
    expect(world.upstream.requests).toEqual([]);
  });

  it('a reader that does not read holds the upstream back', { timeout: 30_000 }, async () => {
    const text = 'x'.repeat(32_768);
    const deltas = Array.from({ length: 700 }, () => text);
    world.upstream.next({
      kind: 'answer',
      parts: [{ kind: 'text', text: deltas.join(''), deltas }],
    });
    const answer = start('openai-chat', never);
    await answer.next();
    const asked = await world.upstream.request(0);
    let before = -1;
    for (let now = asked.sentBytes; now !== before; now = asked.sentBytes) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(asked.outcome).toBe('open');
    let length = 0;
    for await (const event of answer) {
      if (event.kind === 'part-delta' && event.delta.kind === 'text') {
        length += event.delta.text.length;
      }
    }
    expect(length).toBe(deltas.length * text.length);
    expect(await asked.closed).toBe('finished');
  });
});
