import type { Part, Turn } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { assistant, call, result, user } from '../testing/turns.ts';
import { arrangeTurns } from './arrange-turns.ts';

/** With these, a time for each that grows with their number would be minutes. */
const MANY = 100_000;

function idsOf(turns: readonly Turn[]): readonly (readonly string[])[] {
  const failures: unknown[] = [];
  const blocks = arrangeTurns(turns, (failure) => failures.push(failure));
  expect(failures).toEqual([]);
  return blocks.map((block) => {
    const parts: readonly Part[] = block.side === 'assistant' ? block.parts : block.results;
    return parts.flatMap((part) => ('callId' in part ? [part.callId] : []));
  });
}

describe('the ids of tool calls', () => {
  test('are unique, also next to ids that look like repetitions', () => {
    const calls = ['a', 'a_2', 'a', 'a', 'a_2'].map((id) => call(id));
    const results = ['a', 'a_2', 'a', 'a', 'a_2'].map((id) => result(id, 'r'));
    const ids = ['a', 'a_2', 'a_3', 'a_4', 'a_2_2'];
    expect(idsOf([assistant(...calls), user(...results)])).toEqual([ids, ids]);
  });

  test('results of one id answer its calls in their order, and missing ones follow', () => {
    const calls = ['a', 'b', 'a', 'c'].map((id) => call(id));
    const results = ['c', 'a'].map((id) => result(id, 'r'));
    expect(idsOf([assistant(...calls), user(...results)])).toEqual([
      ['a', 'b', 'a_2', 'c'],
      ['c', 'a', 'b', 'a_2'],
    ]);
  });

  test('many repetitions of one id take no longer each', { timeout: 20_000 }, () => {
    const turns = Array.from({ length: MANY }, () => [
      assistant(call('a')),
      user(result('a', 'r')),
    ]).flat();
    const ids = idsOf(turns);
    expect(ids).toHaveLength(2 * MANY);
    expect(ids.at(-1)).toEqual([`a_${MANY}`]);
  });

  test('many results in the reverse order take no longer each', { timeout: 20_000 }, () => {
    const names = Array.from({ length: MANY }, (_, index) => `c${index}`);
    const [calls, results] = idsOf([
      assistant(...names.map((name) => call(name))),
      user(...names.toReversed().map((name) => result(name, 'r'))),
    ]);
    expect(results).toEqual(calls?.toReversed());
  });
});
