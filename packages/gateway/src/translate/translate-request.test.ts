import { DIALECTS } from '@postern/dialects';
import { expectOk } from '@postern/kernel';
import { providerId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { readRequestBody } from '../body/request-body.ts';
import { Turns } from '../body/turns.ts';
import { translateRequest, type TranslationTask } from './translate-request.ts';

const TASK: TranslationTask = {
  client: DIALECTS['anthropic-messages'],
  upstream: DIALECTS['openai-chat'],
  provider: { id: providerId.from('some') },
  model: 'm',
  keepsUnmarked: false,
};

/** Returns the turns of the event loop that others had while a body was translated, and the result's length. */
async function translate(imageBytes: number): Promise<{ turns: number; length: number }> {
  const source = { type: 'base64', media_type: 'image/png', data: 'A'.repeat(imageBytes) };
  const messages = [{ role: 'user', content: [{ type: 'image', source }] }];
  const bytes = Buffer.from(JSON.stringify({ model: 'm', max_tokens: 9, messages }));
  const turns = new Turns();
  const body = expectOk(await readRequestBody([bytes], turns));
  const others = { turns: 0, isOver: false };
  const turn = (): void => {
    others.turns += 1;
    if (!others.isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const translated = expectOk(await translateRequest(body, TASK, turns));
  others.isOver = true;
  return { turns: others.turns, length: translated.body.length };
}

describe('translateRequest', () => {
  it('gives other calls a turn between the steps of a large body', async () => {
    const { turns, length } = await translate(2 * 1024 * 1024);
    expect(turns).toBeGreaterThanOrEqual(5);
    expect(length).toBeGreaterThan(2 * 1024 * 1024);
  });

  it('translates a small body at once', async () => {
    expect(await translate(1024)).toMatchObject({ turns: 0 });
  });
});
