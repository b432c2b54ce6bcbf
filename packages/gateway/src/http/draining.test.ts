import { textReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

describe('draining', () => {
  it('lets running calls end, takes no new ones, and says so', async () => {
    await world.start();
    world.upstream.next(textReply('one two three', { deltaDelayMs: 20 }));
    const streaming = await world.post(MESSAGES, { stream: true });
    const drained = world.running.gateway.drain(10_000, 'draining');
    const refused = await world.post(MESSAGES);
    expect(refused.status).toBe(503);
    expect((await fetch(`${world.running.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${world.running.url}/healthz`)).status).toBe(200);
    expect(await streaming.text()).toContain('message_stop');
    await drained;
    expect(world.running.entries[0]).toMatchObject({ ending: 'complete' });
  });

  it('accepts calls again after resume', async () => {
    await world.start();
    await world.running.gateway.drain(0, 'draining');
    expect((await world.post(MESSAGES)).status).toBe(503);
    world.running.gateway.resume();
    expect((await world.post(MESSAGES)).status).toBe(200);
  });

  it('twice at once waits for the same calls twice', async () => {
    await world.start();
    world.upstream.next(textReply('one two three', { deltaDelayMs: 20 }));
    const streaming = await world.post(MESSAGES, { stream: true });
    expect(world.running.gateway.runningCalls).toBe(1);
    const drained = [
      world.running.gateway.drain(60_000, 'draining'),
      world.running.gateway.drain(60_000, 'draining'),
    ];
    expect(await streaming.text()).toContain('message_stop');
    await Promise.all(drained);
    expect(world.running.gateway.runningCalls).toBe(0);
  });

  const CODES = { draining: 'GATEWAY_STOPPING', 'vault-locked': 'VAULT_LOCKED' } as const;
  it.each(['draining', 'vault-locked'] as const)('(%s) ends all with an event', async (reason) => {
    await world.start();
    world.upstream.next(textReply('word '.repeat(1000), { deltaDelayMs: 10 }));
    const streaming = await world.post(CHAT, { stream: true });
    await world.running.gateway.drain(0, reason);
    const text = await streaming.text();
    expect(text).toContain(CODES[reason]);
    expect(await (await world.upstream.request(0)).closed).toBe('left');
    expect(world.running.entries[0]).toMatchObject({ ending: 'cut', estimated: true });
  });
});
