import { runPostern } from '@postern/testing';
import { expect, test } from 'vitest';
import { servePlace, startServing, type ServePlace } from './serve-place.ts';

/* The real program with several keys for one provider. */

const SECOND = 'sk-second-key-of-the-test';
const FIRST = 'sk-upstream-key-of-the-test';

/** A place whose provider has a second key. */
async function placeWithKeys(): Promise<ServePlace> {
  const place = await servePlace();
  place.configure({}, { keys: ['box-2'] });
  expect(await place.run(['secret', 'set', 'box-2'], SECOND)).toMatchObject({ code: 0 });
  return place;
}

async function post({ key }: ServePlace, url: string, content = 'Hello'): Promise<Response> {
  return await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'box/gpt-x', messages: [{ role: 'user', content }] }),
  });
}

const keysUsed = ({ upstream }: ServePlace): readonly string[] =>
  upstream.requests.map(({ headers }) => String(headers.authorization).replace('Bearer ', ''));

test('uses the other key if the provider refuses one, and says once which', async () => {
  const place = await placeWithKeys();
  const { url, program } = await startServing(place);
  place.upstream.respond(({ headers }) =>
    headers.authorization === `Bearer ${FIRST}`
      ? { kind: 'error', status: 401, message: `Wrong key ${FIRST}` }
      : { kind: 'answer', parts: [{ kind: 'text', text: `I know ${SECOND} and ${FIRST}.` }] },
  );
  for (let at = 0; at < 12; at += 1) {
    const response = await post(place, url, `question ${String(at)}`);
    const text = await response.text();
    expect([response.status, text]).toEqual([200, expect.stringMatching(/I know \*+ and \*+\./)]);
    expect(text + JSON.stringify([...response.headers])).not.toMatch(/of-the-test|box-2/);
  }
  expect(keysUsed(place).filter((key) => key === FIRST)).toHaveLength(1);
  const ended = await program.stop();
  expect(
    ended.stderr.match(/change=credential-cooling provider=box secret=box status=401/g),
  ).toHaveLength(1);
  expect(ended.stderr).not.toContain('of-the-test');
  const audit = await place.run(['audit', 'tail', '--json']);
  expect(audit.stdout.match(/"reason": ?"UPSTREAM_KEY_REFUSED"/g)).toHaveLength(1);
});

test('answers with one error while the provider refuses all keys, without asking it again', async () => {
  const place = await placeWithKeys();
  const { url } = await startServing(place);
  place.upstream.respond(() => ({ kind: 'error', status: 429, retryAfter: 100 }));
  for (let calls = 0; calls < 2; calls += 1) {
    const response = await post(place, url);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '100']);
    expect(await response.text()).toContain('GATEWAY_CREDENTIALS_EXHAUSTED');
    expect(place.upstream.requests).toHaveLength(2);
  }
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('postern_cooling_keys{gen_ai_provider_name="box"} 2');
});

test('a reload adds and removes keys', async () => {
  const place = await placeWithKeys();
  place.configure({});
  const { url } = await startServing(place);
  place.upstream.respond(({ headers }) =>
    headers.authorization === `Bearer ${FIRST}` ? { kind: 'error', status: 402 } : undefined,
  );
  expect((await post(place, url)).status).toBe(402);
  place.configure({}, { keys: ['box-2'] });
  expect(await place.run(['reload'])).toMatchObject({ code: 0 });
  // So many that some of them use the first key, which is refused.
  for (let at = 0; at < 12; at += 1) {
    expect((await post(place, url, `question ${String(at)}`)).status).toBe(200);
  }
  expect(new Set(keysUsed(place))).toEqual(new Set([FIRST, SECOND]));
  place.configure({});
  expect(await place.run(['reload'])).toMatchObject({ code: 0 });
  expect((await post(place, url)).status).toBe(402);
});

test('secret test and config check know a further key', async () => {
  const place = await placeWithKeys();
  expect(await place.run(['secret', 'test', 'box-2'])).toMatchObject({ code: 0 });
  expect(keysUsed(place)).toEqual([SECOND]);
  place.configure({}, { keys: ['box-2', 'box-3'] });
  const missing = [{ path: 'providers.box.keys', secret: 'box-3' }];
  const checked = await place.run(['config', 'check', '--json']);
  expect(JSON.parse(checked.stdout)).toMatchObject({ valid: true, missingSecrets: missing });
  const { environment } = place.home;
  const locked = await runPostern(['--home', place.directory, 'config', 'check'], { environment });
  expect(locked).toMatchObject({ code: 0 });
  expect(locked.stdout).toContain("it wasn't checked for these secrets: box-2, box-3.");
});
