import { textReply } from '@postern/testing';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { servePlace, startServing, type ServePlace } from '../serve/serve-place.ts';

/* The flag is set by one process, the command line, and read by others, the workers of the running program. */

const QUESTION = 'marked-question-5d1e';
const ANSWER = 'marked-answer-8b2c';
const JSON_LOG = ['--log-level', 'debug', '--log-format', 'json'];
const Line = v.looseObject({ level: v.string(), event: v.string() });

async function keyNamed(place: ServePlace, name: string): Promise<string> {
  const { stdout } = await place.run(['key', 'create', name, '--all-models']);
  return /sk-postern-\S+/.exec(stdout)?.[0] ?? '';
}

/** Sends requests on connections of their own, so that every worker gets some. */
async function ask(url: string, key: string, mark: string): Promise<void> {
  await Promise.all(
    Array.from({ length: 8 }, async (_, at) => {
      const messages = [{ role: 'user', content: `${QUESTION} ${mark} ${key}` }];
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, connection: 'close' },
        body: JSON.stringify({ model: 'box/gpt-x', stream: at % 2 === 0, messages }),
      });
      expect(await response.text()).toContain(ANSWER);
    }),
  );
}

describe('the debug flag of a gateway key', () => {
  test('is the only thing for which bodies are logged, in every process', async () => {
    const place = await servePlace();
    const [key, other] = [await keyNamed(place, 'watched'), await keyNamed(place, 'other')];
    const { url, program } = await startServing(place, ['--workers', '2', ...JSON_LOG]);
    place.upstream.respond(() => textReply(ANSWER));
    await ask(url, key, 'before');
    expect(await place.run(['key', 'debug', 'watched', '--for', '15m'])).toMatchObject({ code: 0 });
    await ask(url, key, 'while');
    await ask(url, other, 'other');
    const shown = await place.run(['key', 'show', 'watched']);
    expect(shown.stdout).toMatch(/Debug +logs bodies until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect((await place.run(['key', 'list'])).stdout).toContain('debug until');
    expect(await place.run(['key', 'debug', 'watched', '--off'])).toMatchObject({ code: 0 });
    await ask(url, key, 'after');
    expect((await place.run(['key', 'show', 'watched'])).stdout).toMatch(/Debug +off/);
    const { stderr } = await program.stop();
    const texts = stderr.split('\n').filter((line) => line.includes('marked-'));
    const lines = texts.map((text) => v.parse(Line, JSON.parse(text)));
    expect(lines).toHaveLength(8);
    for (const line of lines) {
      expect(line).toMatchObject({ level: 'debug', event: 'gateway.bodies', status: 200 });
      expect(line['request']).toContain(`${QUESTION} while ***`);
      expect(line['response']).toContain(ANSWER);
    }
    for (const secret of [key, other, 'sk-upstream-key-of-the-test']) {
      expect(stderr).not.toContain(secret);
    }
    const audit = await place.run(['audit', 'export']);
    const changes = audit.stdout.split('\n').filter((line) => line.includes('debugUntilMs'));
    expect(changes).toHaveLength(2);
    expect(changes[0]).toMatch(/"setting":"debugUntilMs","before":null,"after":\d{13}/);
    expect(changes[1]).toMatch(/"setting":"debugUntilMs","before":\d{13},"after":null/);
    expect(audit.stdout).not.toContain('marked-');
  });

  test('needs a time of at most a day', async () => {
    const place = await servePlace();
    for (const words of [[], ['--for', '25h'], ['--for', 'soon'], ['--for', '1h', '--off']]) {
      const { code, stderr } = await place.run(['key', 'debug', 'laptop', ...words]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/--for|--off/)]);
    }
    const { stdout } = await place.run(['key', 'debug', 'laptop', '--for', '24h', '--json']);
    expect(stdout).toMatch(/"debugUntilMs":\s*\d{13}/);
    expect((await place.run(['key', 'show', 'laptop', '--json'])).stdout).toContain('debugUntilMs');
  });
});
