import { expectOk, type JsonObject, type JsonValue } from '@postern/kernel';
import type { DialectId, ModelRequest, Turn } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../dialects.ts';
import { objectOf } from '../json/read-json.ts';
import { assistant, call, result, system, text, user } from '../testing/turns.ts';

const A = DIALECTS['anthropic-messages'];
const O = DIALECTS['openai-chat'];
const R = DIALECTS['openai-responses'];

const HOUR = { type: 'ephemeral', ttl: '1h' };
const SHORT = { type: 'ephemeral' };

/** Every mark in a body, in order. */
function marksIn(value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => marksIn(item));
  const object = objectOf(value);
  if (object === undefined) return [];
  return Object.entries(object).flatMap(([key, inner]) =>
    key === 'cache_control' ? [inner] : marksIn(inner),
  );
}

const marked = (words: string, mark: JsonObject): JsonObject => ({
  type: 'text',
  text: words,
  cache_control: mark,
});

function toAnthropic(messages: readonly JsonObject[]): ReturnType<typeof encoded> {
  return encoded(expectOk(O.decodeRequest({ model: 'claude', messages })));
}

function encoded(request: ModelRequest): { marks: readonly JsonValue[]; warnings: unknown[] } {
  const { value, warnings } = expectOk(A.encodeRequest(request));
  const order = [value['tools'], value['system'], value['messages']];
  return {
    marks: order.flatMap(marksIn),
    warnings: warnings.map(({ kind, path }) => `${kind} ${path}`),
  };
}

describe('cache marks', () => {
  test('of a chat request reach the Messages API', () => {
    const { marks, warnings } = toAnthropic([
      { role: 'system', content: [marked('s', HOUR)] },
      { role: 'user', content: [marked('q', SHORT)] },
    ]);
    expect(marks).toEqual([HOUR, SHORT]);
    expect(warnings).toEqual([]);
  });

  test('of a Messages request reach a chat server that has them, and no other', () => {
    const body = {
      model: 'claude',
      max_tokens: 9,
      system: [marked('s', SHORT)],
      messages: [{ role: 'user', content: [marked('q', SHORT)] }],
    };
    const request = expectOk(A.decodeRequest(body));
    const marks = (takesCacheMarks: boolean): readonly JsonValue[] =>
      marksIn(
        expectOk(O.encodeRequest(request, takesCacheMarks ? { quirks: { takesCacheMarks } } : {}))
          .value,
      );
    expect(marks(true)).toEqual([SHORT, SHORT]);
    expect(marks(false)).toEqual([]);
  });

  test('are at most four: the last ones', () => {
    const { marks, warnings } = toAnthropic([
      { role: 'system', content: [marked('a', HOUR), marked('b', HOUR)] },
      { role: 'user', content: ['c', 'd', 'e', 'f'].map((words) => marked(words, SHORT)) },
    ]);
    expect(marks).toEqual([SHORT, SHORT, SHORT, SHORT]);
    expect(warnings).toEqual(['dropped cache_control']);
  });

  test('for an hour come before those for five minutes', () => {
    const { marks, warnings } = toAnthropic([
      { role: 'system', content: [marked('a', HOUR)] },
      { role: 'user', content: [marked('b', SHORT), marked('c', HOUR)] },
    ]);
    expect(marks).toEqual([HOUR, SHORT, { type: 'ephemeral', ttl: '5m' }]);
    expect(warnings).toEqual(['changed cache_control']);
  });
});

describe('a prompt that grows', () => {
  const words = fc.stringMatching(/^[a-z]{1,6}$/).map((letters) => text(letters));
  const exchange = fc
    .record({ question: words, thought: words, hasCall: fc.boolean(), answer: words })
    .map(({ question, thought, hasCall, answer }): readonly Turn[] =>
      hasCall
        ? [user(question), assistant(thought, call('c')), user(result('c')), assistant(answer)]
        : [user(question), assistant(answer)],
    );

  /** The bytes that a provider caches: the prompt without the brackets that close it. */
  const prefixOf = (dialect: DialectId, turns: readonly Turn[]): string => {
    const tools = [{ name: 'look', inputSchema: { type: 'object' } }];
    const request = { model: 'm', stream: true, tools, turns };
    const { value } = expectOk(DIALECTS[dialect].encodeRequest(request));
    const prompt = [value['tools'], value['system'] ?? value['instructions'] ?? null];
    const list = JSON.stringify(value['messages'] ?? value['input']);
    return JSON.stringify(prompt) + list.slice(0, -1);
  };

  test.each([A.id, O.id, R.id])('begins with the bytes of the shorter one in %s', (dialect) => {
    fc.assert(
      fc.property(
        fc.array(exchange, { minLength: 1, maxLength: 4 }),
        fc.array(exchange, { maxLength: 3 }),
        words,
        (before, after, last) => {
          const shorter = [system(text('s')), ...before.flat(), user(last)];
          const longer = [...shorter, assistant(text('a')), ...after.flat(), user(last)];
          const prefix = prefixOf(dialect, shorter);
          expect(prefixOf(dialect, longer).startsWith(prefix)).toBe(true);
          expect(prefixOf(dialect, shorter)).toBe(prefix);
        },
      ),
      { numRuns: 60 },
    );
  });
});
