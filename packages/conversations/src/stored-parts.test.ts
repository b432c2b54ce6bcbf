import { expectOk } from '@postern/kernel';
import type { MessagePart } from '@postern/protocol';
import fc from 'fast-check';
import type * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parseParts, partsToJson, type PartsSchema } from './stored-parts.ts';
import { anyAttachment, anyParts } from './testing/arbitrary-parts.ts';

/** The fields of every kind of part by name: `text.kind`, `text.annotations`… */
type Fields<P extends { readonly kind: string }> = P extends { readonly kind: infer Kind }
  ? `${Kind & string}.${keyof P & string}`
  : never;
type Same<A, B> = [A, B] extends [B, A] ? true : false;
type Read = v.InferOutput<typeof PartsSchema>[number];

/** Does not compile when the model knows a kind or a field of parts that could not be read back. */
const COMPLETE: Same<Fields<MessagePart>, Fields<Read>> = true;

describe('the parts of a message', () => {
  test('cover every part type of the model', () => {
    expect(COMPLETE).toBe(true);
  });

  test('are read as written, with any content', () => {
    fc.assert(
      fc.property(anyParts, fc.array(anyAttachment), fc.boolean(), (texts, files, growing) => {
        const parts = [...files, ...texts];
        const written = expectOk(partsToJson(parts, growing));
        expect(parseParts(written)).toEqual({ ok: true, value: parts });
      }),
      { numRuns: 500 },
    );
  });

  test('of a growing answer are padded to blocks, so that their size changes rarely', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        expect(Buffer.byteLength(expectOk(partsToJson(parts, true))) % 8192).toBe(0);
      }),
    );
  });

  const nested = `${'['.repeat(300)}${']'.repeat(300)}`;
  test.each([
    ['nothing', ''],
    ['no JSON', 'text'],
    ['cut off', '[{"kind":"text","text":"a'],
    ['followed by more', '[] []'],
    ['no array', '{"kind":"text","text":"a"}'],
    ['null', 'null'],
    ['a part that is none', '[1]'],
    ['no kind', '[{"text":"a"}]'],
    ['an unknown kind', '[{"kind":"video","text":"a"}]'],
    ['a kind of another type', '[{"kind":["text"],"text":"a"}]'],
    ['a missing field', '[{"kind":"text"}]'],
    ['a field of another type', '[{"kind":"text","text":5}]'],
    ['a field set to null', '[{"kind":"thinking","text":"a","signature":null}]'],
    ['a field too many', '[{"kind":"text","text":"a","html":"<b>"}]'],
    ['an unknown source', '[{"kind":"image","source":{"kind":"file","path":"/etc/passwd"}}]'],
    ['an unknown dialect', '[{"kind":"opaque","dialect":"telnet","value":1}]'],
    [
      'a tool call within a result',
      '[{"kind":"tool-result","callId":"c","isError":false,"content":[{"kind":"tool-call"}]}]',
    ],
    [
      'extra fields that are none',
      '[{"kind":"text","text":"a","extra":{"dialect":"openai-chat","fields":[]}}]',
    ],
    ['a prototype', '[{"kind":"opaque","dialect":"openai-chat","value":{"__proto__":1}}]'],
    ['a prototype as a field', '[{"kind":"text","text":"a","__proto__":{"kind":"image"}}]'],
    ['a depth beyond measure', `[{"kind":"opaque","dialect":"openai-chat","value":${nested}}]`],
  ])('that are invalid make the message damaged: %s', (_name, written) => {
    expect(parseParts(written)).toEqual({ ok: false, failure: { reason: 'message-damaged' } });
  });
});
