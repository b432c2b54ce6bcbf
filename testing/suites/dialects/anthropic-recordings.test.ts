import Anthropic from '@anthropic-ai/sdk';
import { DIALECTS } from '@postern/dialects';
import { expectOk, parseJson } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { decodeChunks, fold, wholeOf } from './decode-bytes.ts';
import { framed, MALFORMED, malformedRecording, recordings, wholeAnswers } from './recordings.ts';

const ANTHROPIC = 'anthropic-messages';
const dialect = DIALECTS[ANTHROPIC];
const META = { createdAtMs: 0 };

/** The message that the official SDK builds from the same bytes. */
async function accumulate(bytes: Uint8Array): Promise<Anthropic.Beta.BetaMessage> {
  const client = new Anthropic({
    apiKey: 'none',
    baseURL: 'http://127.0.0.1:1',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(Uint8Array.from(bytes), { headers: { 'content-type': 'text/event-stream' } }),
      ),
  });
  const messages = [{ role: 'user' as const, content: 'question' }];
  return client.beta.messages.stream({ model: 'any', max_tokens: 1, messages }).finalMessage();
}

describe('recordings of the Messages API', () => {
  const streams = recordings().filter((recording) => recording.dialect === ANTHROPIC);
  const answers = wholeAnswers().filter((answer) => answer.dialect === ANTHROPIC);

  test('exist', () => {
    expect(streams.length).toBeGreaterThan(10);
    expect(answers.length).toBeGreaterThan(5);
  });

  test.each(streams)(
    '$name: the stream decodes to the same content as with the SDK',
    async (recording) => {
      const bytes = framed(recording);
      const folded = fold(decodeChunks(ANTHROPIC, [bytes]));
      const ours = dialect.encodeAnswer(wholeOf(folded), META).value;
      const theirs = await accumulate(bytes);
      expect(folded.failure).toBeUndefined();
      expect(ours['content']).toEqual(jsonOf(theirs.content));
      expect(ours['stop_reason']).toBe(theirs.stop_reason);
      expect(ours['stop_sequence']).toBe(theirs.stop_sequence);
      expect(ours['id']).toBe(theirs.id);
      expect(ours['usage']).toMatchObject(countsOf(theirs.usage));
    },
  );

  test.each(answers)('$name: decoding and encoding returns the whole answer', ({ body }) => {
    const wire = expectOk(parseJson(body));
    const answer = expectOk(dialect.decodeAnswer(wire));
    expect(dialect.encodeAnswer(answer, META).value).toEqual({
      stop_sequence: null,
      ...jsonOf(wire),
    });
  });

  test.each(MALFORMED)('%s: a second start event fails, and nothing is mixed', async (name) => {
    const recording = malformedRecording(name);
    const folded = fold(decodeChunks(ANTHROPIC, [framed(recording)]));
    expect(folded.failure?.code).toBe('UPSTREAM_MALFORMED');
    expect(folded.stopReason).toBeUndefined();
    expect(JSON.stringify(folded)).not.toMatch(/msg_second|toolu_second|sig-second|Hello/);
    await expect(accumulate(framed(recording))).rejects.toThrow(/Unexpected event order/);
  });
});

function jsonOf(value: unknown): Record<string, unknown> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- only compared
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

function countsOf(usage: Anthropic.Beta.BetaUsage): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(usage).filter(([key, value]) => key.endsWith('_tokens') && value !== null),
  );
}
