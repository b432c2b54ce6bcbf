import { expectOk, type JsonValue } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listOf } from '../json/read-json.ts';
import { text, user } from '../testing/turns.ts';
import { openaiResponses } from './dialect.ts';

/** The items that a client gets for the parts of an answer. */
function itemsOf(parts: readonly Part[]): readonly JsonValue[] {
  const answer = { id: 'x', model: 'm', parts, stopReason: 'end', usage: {} } as const;
  return listOf(openaiResponses.encodeAnswer(answer, { createdAtMs: 0 }).value['output']) ?? [];
}

function partsOf(items: readonly JsonValue[]): readonly Part[] {
  const input = [{ role: 'user', content: 'q' }, ...items];
  const { turns } = expectOk(openaiResponses.decodeRequest({ model: 'm', input }));
  return turns[1]?.parts ?? [];
}

const filled = fc.string({ unit: 'binary', minLength: 1 });
const reasoning = fc.oneof(
  fc.record({ kind: fc.constant('thinking' as const), text: fc.string(), signature: filled }),
  fc.record({ kind: fc.constant('redacted-thinking' as const), data: filled }),
);

describe('reasoning that a provider of another dialect signed', () => {
  test('comes back from a client of the Responses API', () => {
    fc.assert(
      fc.property(fc.array(reasoning, { minLength: 1, maxLength: 4 }), (parts) => {
        expect(partsOf(itemsOf(parts))).toEqual(parts);
      }),
    );
  });

  test('is sent to no provider of the Responses API', () => {
    const parts: readonly Part[] = [
      { kind: 'thinking', text: 'MARKED', signature: 'MARKED' },
      { kind: 'redacted-thinking', data: 'MARKED' },
      { kind: 'text', text: 'a' },
    ];
    const turns = [user(text('q')), { role: 'assistant', parts: partsOf(itemsOf(parts)) } as const];
    const request = { model: 'm', stream: false, turns: [...turns, user(text('q'))] };
    const { value, warnings } = expectOk(openaiResponses.encodeRequest(request));
    expect(JSON.stringify(value)).not.toMatch(/MARKED|postern/);
    expect(warnings).toHaveLength(2);
  });

  test.each([
    ['', { kind: 'thinking', text: '' }],
    ['{', { kind: 'thinking', text: '' }],
    ['[]', { kind: 'thinking', text: '' }],
    ['{"text":1,"signature":2}', { kind: 'thinking', text: '' }],
    ['{"text":"a"}', { kind: 'thinking', text: 'a' }],
    ['{"__proto__":{"text":"a"},"signature":"s"}', { kind: 'thinking', text: '' }],
  ])('that a client broke has no signature: %j', (json, part) => {
    const summary = [{ type: 'summary_text', text: 'b' }];
    const item = { type: 'reasoning', summary, encrypted_content: `postern-signed:${json}` };
    expect(partsOf([item])).toEqual([part]);
  });
});

test('reasoning of the Responses API comes back without its id too', () => {
  const item = { type: 'reasoning', summary: [], encrypted_content: 'gAAAAB' };
  const input = [{ role: 'user', content: 'q' }, item, { role: 'user', content: 'q' }];
  const request = expectOk(openaiResponses.decodeRequest({ model: 'm', input }));
  expect(expectOk(openaiResponses.encodeRequest(request)).value['input']).toContainEqual(item);
});
