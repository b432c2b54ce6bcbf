import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, startPostern, textReply } from '@postern/testing';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { openStream, PASSPHRASE, servePlace, startServing } from './serve-place.ts';

const WORDS = Array.from({ length: 40 }, (_, at) => `word${String(at)}`).join(' ');

/** Takes about a second, so that it runs while something happens. */
const SLOW = { ...textReply(WORDS), deltaDelayMs: 25 };

describe('postern serve', () => {
  test('answers an official client, and has no page and no app API', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    place.upstream.next(textReply('Hello there'));
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: place.key, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Hello' }];
    const answer = await client.chat.completions.create({ model: 'box/gpt-x', messages });
    expect(answer.choices[0]?.message.content).toBe('Hello there');
    for (const path of ['/', '/api/state', '/index.html']) {
      expect((await fetch(`${url}${path}`)).status, path).toBe(404);
    }
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const opened = await place.run(['open', '--json']);
    expect(opened).toMatchObject({ code: 5 });
    expect(opened.stdout).toContain('without a page');
    const ended = await program.stop();
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toMatch(
      /Gateway request finished\. .*provider=box.*model=box|model=gpt-x/,
    );
    expect(ended.stderr).toMatch(/requestId=req_\S+/);
    expect(ended.stderr).toMatch(/inputTokens=\d+ outputTokens=\d+/);
    expect(ended.stderr).not.toContain('Hello');
  });

  test('prints where it listens as JSON', async () => {
    const place = await servePlace();
    const program = startPostern(['--home', place.directory, '--json', 'serve', '--port', '0'], {
      environment: place.home.environment,
      passphrase: PASSPHRASE,
    });
    await program.waitFor(/^\}/m);
    expect(JSON.parse(program.stdout())).toMatchObject({
      listening: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)],
      serves: ['gateway', 'metrics'],
      workers: 1,
      providers: ['box'],
      pid: program.pid,
    });
    await program.stop();
  });

  test('unlocks with a systemd credential, without HOME, in the state directory', async () => {
    const place = await servePlace();
    const credentials = join(place.home.path, 'credentials');
    mkdirSync(credentials, { mode: 0o700 });
    writeFileSync(join(credentials, 'postern-passphrase'), `${PASSPHRASE}\n`, { mode: 0o400 });
    const { PATH = '' } = place.home.environment;
    const program = startPostern(['serve', '--port', '0'], {
      environment: { PATH, STATE_DIRECTORY: place.directory, CREDENTIALS_DIRECTORY: credentials },
    });
    const [, data] = await program.waitFor(/Data\s+(\S+)/);
    expect(data).toBe(join(place.directory, 'data'));
    await program.stop();
  });

  test.each([
    ['without a passphrase', {}, 3, /no passphrase was passed.*postern-passphrase.*VAULT_LOCKED/],
    ['with a wrong variable', { POSTERN_PORT: 'abc' }, 2, /POSTERN_PORT in the environment/],
  ])('ends at once, without a prompt, %s', async (_title, more, code, message) => {
    const place = await servePlace();
    const program = startPostern(['--home', place.directory, 'serve', '--port', '0'], {
      environment: { ...place.home.environment, ...more },
    });
    const ended = await program.ended;
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(code);
  });

  test('does not create a vault', async () => {
    using home = freshHome();
    const ended = await runPostern(['serve', '--port', '0'], {
      environment: { ...home.environment, STATE_DIRECTORY: join(home.path, 'empty') },
      passphrase: PASSPHRASE,
    });
    expect(ended.stderr).toMatch(/Create it first, with the same --home.*VAULT_NOT_SET_UP/);
    expect(ended.code).toBe(4);
  });

  test('refuses a second process on the same home', async () => {
    const place = await servePlace();
    await startServing(place);
    const second = await place.run(['serve', '--port', '0']);
    expect(second.code).toBe(7);
    expect(second.stderr).toContain('ALREADY_RUNNING');
  });

  test('ends with the path of each unknown key in its configuration', async () => {
    const place = await servePlace();
    place.configure({ gateway: { maxBody: 1 } });
    const ended = await place.run(['serve', '--port', '0']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('gateway.maxBody: unknown key');
  });
});

describe('reloading', () => {
  test.each(['SIGHUP', 'postern reload'])('%s keeps a running stream', async (way) => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    place.upstream.next(SLOW);
    const readToEnd = await openStream(url, place.key);
    place.configure({ gateway: { maxConcurrent: 1 }, port: 7421, log: { level: 'info' } });
    if (way === 'SIGHUP') program.send('SIGHUP');
    else expect(await place.run(['reload'])).toMatchObject({ code: 0 });
    await program.waitFor(/gateway\.maxConcurrent is in effect/);
    await program.waitFor(/port takes effect after a restart/);
    expect(await readToEnd()).toContain('[DONE]');
    const { stdout } = await place.run(['audit', 'export']);
    expect(stdout).toMatch(
      /"config\.change","subject":\{"kind":"setting","id":"gateway\.maxConcurrent"\}/,
    );
    await program.stop();
  });

  test('an invalid file changes nothing and says why', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    place.configure({ gateway: { maxBody: 1 } });
    program.send('SIGHUP');
    await program.waitFor(/configuration is unchanged: .*gateway\.maxBody: unknown key/);
    const reloaded = await place.run(['reload', '--json']);
    expect(reloaded).toMatchObject({ code: 2 });
    expect(reloaded.stdout).toContain('gateway.maxBody');
    place.upstream.next(textReply('still here'));
    const readToEnd = await openStream(url, place.key);
    expect(await readToEnd()).toContain('here');
    await program.stop();
  });

  test('a changed price file is used, is in the audit log, and an invalid one changes nothing', async () => {
    const place = await servePlace();
    const file = join(place.home.path, 'prices.json');
    const write = (request: number): void => {
      const prices = { 'box/*': { input: 0, output: 0, request } };
      writeFileSync(file, JSON.stringify({ version: 1, prices }));
    };
    write(0.25);
    place.configure({ gateway: { prices: file } });
    const { url, program } = await startServing(place);
    const costNow = async (): Promise<string | undefined> => {
      await (
        await openStream(url, place.key)
      )();
      const text = await (await fetch(`${url}/metrics`)).text();
      return /^postern_cost_usd_total\{.*\} (\S+)$/m.exec(text)?.[1];
    };
    expect(await costNow()).toBe('0.25');
    write(-1);
    expect(await place.run(['reload'])).toMatchObject({ code: 2 });
    await program.waitFor(/configuration is unchanged: The price file .* is invalid at prices/);
    expect(await costNow()).toBe('0.5');
    write(2);
    expect(await place.run(['reload'])).toMatchObject({ code: 0 });
    await program.waitFor(/gateway\.prices is in effect/);
    expect(await costNow()).toBe('2.5');
    const { stdout } = await place.run(['audit', 'export']);
    expect(stdout.match(/"id":"gateway\.prices"/g)).toHaveLength(1);
    expect(stdout).toContain('"reason":"PRICES_INVALID"');
    await program.stop();
  });

  test('a provider that was added can be called', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    const call = async () =>
      await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${place.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'shelf/gpt-x', messages: [{ role: 'user', content: 'Hi' }] }),
      });
    const shelf = { dialect: 'openai-chat', baseUrl: place.upstream.baseUrls['openai-chat'] };
    // The name goes to the default provider, which has no key.
    expect((await call()).status).toBe(503);
    expect(await place.run(['secret', 'set', 'shelf'], 'sk-another-upstream-key')).toMatchObject({
      code: 0,
    });
    place.configure({ providers: { shelf } });
    expect(await place.run(['reload'])).toMatchObject({ code: 0 });
    expect((await call()).status).toBe(200);
    await program.stop();
  });
});

describe('stopping', () => {
  test('SIGTERM lets a running stream finish and accepts no new connection', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    place.upstream.next(SLOW);
    const readToEnd = await openStream(url, place.key);
    program.send('SIGTERM');
    await program.waitFor(/Stopping: finishing running requests/);
    await expect(fetch(`${url}/readyz`)).rejects.toThrow();
    const text = await readToEnd();
    expect(text).toContain('word39');
    expect(text).toContain('[DONE]');
    expect(await program.ended).toMatchObject({ code: 0 });
  });

  test('a second signal ends it at once', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    place.upstream.next({ ...textReply(WORDS), fault: { kind: 'stall', afterFrames: 3 } });
    const readToEnd = await openStream(url, place.key);
    program.send('SIGTERM');
    await program.waitFor(/Stopping: finishing running requests/);
    program.send('SIGTERM');
    await expect(readToEnd()).rejects.toThrow();
    expect(await program.ended).toMatchObject({ code: 143 });
  });

  test('a stream that outlives the drain time ends with an error event', async () => {
    const place = await servePlace();
    place.configure({ gateway: { drainTimeout: '1s' } });
    const { url, program } = await startServing(place);
    place.upstream.next({ ...textReply(WORDS), fault: { kind: 'stall', afterFrames: 3 } });
    const readToEnd = await openStream(url, place.key);
    program.send('SIGTERM');
    expect(await readToEnd()).toContain('error');
    expect(await program.ended).toMatchObject({ code: 0 });
  });
});

test('systemd hears of the start, the reload and the stop', async () => {
  const place = await servePlace();
  const programs = join(place.home.path, 'bin');
  mkdirSync(programs);
  const heard = join(place.home.path, 'heard');
  const program = join(programs, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${heard}\n`);
  chmodSync(program, 0o755);
  const serving = await startServing(place, [], {
    NOTIFY_SOCKET: '/run/of-the-test',
    PATH: `${programs}:${place.home.environment['PATH'] ?? ''}`,
  });
  expect(await place.run(['reload'])).toMatchObject({ code: 0 });
  await serving.program.stop();
  const lines = readFileSync(heard, 'utf8');
  const pid = String(serving.program.pid);
  for (const state of ['READY=1', 'RELOADING=1', 'STOPPING=1']) {
    expect(lines).toContain(`/run/of-the-test --pid=${pid} ${state}`);
  }
});
