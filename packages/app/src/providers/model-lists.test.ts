import { expectOk, failed, ok, type Result } from '@postern/kernel';
import { providerTable } from '@postern/upstreams';
import { beforeEach, describe, expect, it } from 'vitest';
import { heldModelLists } from './model-lists.ts';

const provider = expectOk(
  providerTable({ providers: { openai: { models: ['in-the-table'] } }, localHosts: [] }),
).get('openai');
const clock = { time: 0, nowMs: () => clock.time, monotonicMs: () => clock.time };

let answer: Result<readonly { readonly id: string; readonly label: string }[], string> | undefined;
let requests: number;
let ids: () => Promise<readonly string[]>;

const list = (id: string) => ok([{ id, label: id }]);

beforeEach(() => {
  clock.time = 0;
  requests = 0;
  const lists = heldModelLists({
    clock,
    request: () => {
      requests += 1;
      return Promise.resolve(answer);
    },
  });
  ids = async () => {
    if (provider === undefined) throw new Error('no provider');
    return (await lists.modelsOf(provider)).map(({ id }) => id);
  };
});

describe("a provider's list of models", () => {
  it('is requested once in five minutes', async () => {
    answer = list('first');
    expect(await ids()).toEqual(['first']);
    answer = list('second');
    clock.time = 299_999;
    expect(await ids()).toEqual(['first']);
    clock.time = 300_000;
    expect(await ids()).toEqual(['second']);
    expect(requests).toBe(2);
  });

  it('is requested again within seconds if the provider was down', async () => {
    answer = failed('down');
    expect(await ids()).toEqual(['in-the-table']);
    answer = list('up');
    expect(await ids()).toEqual(['in-the-table']);
    clock.time = 5000;
    expect(await ids()).toEqual(['up']);
  });

  it('is the last one while the provider is down', async () => {
    answer = list('last');
    await ids();
    answer = failed('down');
    clock.time = 300_000;
    expect(await ids()).toEqual(['last']);
  });

  it('is empty while it can not be requested, and not kept', async () => {
    answer = undefined;
    expect(await ids()).toEqual([]);
    answer = list('unlocked');
    expect(await ids()).toEqual(['unlocked']);
  });
});
