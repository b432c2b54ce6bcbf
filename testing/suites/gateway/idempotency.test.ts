import { textReply, type FakeReply } from '@postern/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { servePlace, startServing, type ServePlace } from '../serve/serve-place.ts';

/* Repetitions with the same idempotency key, over the running program. */

const SECRET_TEXT = 'marked-answer-7f3a9c';

async function keyThatKeeps(place: ServePlace): Promise<string> {
  const words = ['key', 'create', 'repeating', '--all-models', '--idempotency', '24h'];
  const { stdout } = await place.run(words);
  return /sk-postern-\S+/.exec(stdout)?.[0] ?? '';
}

async function send(url: string, key: string): Promise<Response> {
  return await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    // Each request has a connection of its own, so that every worker gets some.
    headers: { authorization: `Bearer ${key}`, connection: 'close', 'idempotency-key': 'one' },
    body: JSON.stringify({ model: 'box/gpt-x', messages: [{ role: 'user', content: 'hi' }] }),
  });
}

/** Every file below a directory. */
function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('requests with the same idempotency key', () => {
  test('50 at once over four workers reach the provider once', async () => {
    const place = await servePlace();
    const key = await keyThatKeeps(place);
    const { url, program } = await startServing(place, ['--workers', '4']);
    const { promise: held, resolve } = Promise.withResolvers<FakeReply>();
    place.upstream.respond(() => held);
    const statuses: number[] = [];
    const requests = Array.from({ length: 50 }, async () => {
      const response = await send(url, key);
      statuses.push(response.status);
      if (statuses.length === 49) resolve(textReply(SECRET_TEXT));
      return await response.text();
    });
    const bodies = await Promise.all(requests);
    expect(statuses).toEqual([...Array.from({ length: 49 }, () => 409), 200]);
    const answer = bodies.find((body) => body.includes(SECRET_TEXT));
    const again = await Promise.all(Array.from({ length: 20 }, () => send(url, key)));
    const repeated = await Promise.all(again.map(async (response) => await response.text()));
    expect(new Set(repeated)).toEqual(new Set([answer]));
    expect(place.upstream.requests).toHaveLength(1);
    for (const path of filesIn(place.directory)) {
      expect(readFileSync(path).includes(SECRET_TEXT), path).toBe(false);
    }
    expect(await program.stop()).toMatchObject({ code: 0 });
    const usage = await place.run(['usage', '--json']);
    expect(usage.stdout).toMatch(/"requests":\s*1\b/);
  });

  test('an official client that gives up waiting and retries gets the answer of its first request', async () => {
    const place = await servePlace();
    const key = await keyThatKeeps(place);
    const { url } = await startServing(place);
    place.upstream.respond(() => textReply(SECRET_TEXT, { headDelayMs: 1200 }));
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, timeout: 800, maxRetries: 8 });
    const completion = await client.chat.completions.create(
      { model: 'box/gpt-x', messages: [{ role: 'user', content: 'hi' }] },
      { headers: { 'idempotency-key': 'two' } },
    );
    expect(completion.choices[0]?.message.content).toBe(SECRET_TEXT);
    expect(place.upstream.requests).toHaveLength(1);
  });

  test('the answer survives a kill of the process', async () => {
    const place = await servePlace();
    const key = await keyThatKeeps(place);
    const first = await startServing(place);
    const answer = await (await send(first.url, key)).text();
    expect(await first.program.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    const second = await startServing(place);
    const response = await send(second.url, key);
    expect(response.headers.get('idempotent-replayed')).toBe('true');
    expect(await response.text()).toBe(answer);
    expect(place.upstream.requests).toHaveLength(1);
  });
});
