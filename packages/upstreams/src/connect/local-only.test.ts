import { describe, expect, test } from 'vitest';
import { exchangeWorld } from '../testing/exchange-world.ts';
import { createConnections } from './connections.ts';

const world = exchangeWorld();

describe('local models only', () => {
  test('neither resolves nor contacts any other host, until it is turned off', async () => {
    const resolved: string[] = [];
    const connections = createConnections({
      localHosts: ['box.example'],
      localOnly: true,
      lookup: (name, _options, done) => {
        resolved.push(name);
        done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), '');
      },
    });
    const reasonAt = async (baseUrl: string): Promise<string | undefined> => {
      const fetched = await connections.fetchText(
        world.request({ provider: world.provider({ baseUrl }) }),
      );
      return fetched.ok ? undefined : fetched.failure.reason;
    };
    const [remote, trusted] = ['https://api.acme.example/v1', 'https://box.example/v1'];
    expect(await reasonAt(remote)).toBe('not-local');
    expect(resolved).toEqual([]);
    expect(await reasonAt(world.provider({}).baseUrl)).toBeUndefined();
    expect(await reasonAt(trusted)).toBe('unreachable');
    expect(resolved).toEqual(['box.example']);
    connections.allowHosts({ localHosts: [] });
    expect(await reasonAt(remote)).toBe('unreachable');
    connections.allowHosts({ localHosts: [], localOnly: true });
    expect(await reasonAt(trusted)).toBe('not-local');
    await connections.close();
  });
});
