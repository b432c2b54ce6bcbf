import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  leakCanary,
  runPostern,
  startFakeUpstream,
  textReply,
  upPostern,
} from '@postern/testing';
import * as v from 'valibot';
import { describe, expect, onTestFinished, test } from 'vitest';
import { signIn } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const LineShape = v.looseObject({
  time: v.pipe(v.string(), v.isoTimestamp()),
  level: v.picklist(['error', 'warn', 'info', 'debug']),
  event: v.string(),
  message: v.string(),
});

describe("the app's log", () => {
  test('names events and contains no user text', async () => {
    using home = freshHome();
    const upstream = await startFakeUpstream();
    onTestFinished(async () => {
      await upstream.close();
    });
    const canary = leakCanary();
    const directory = join(home.path, '.config', 'postern');
    mkdirSync(directory, { recursive: true });
    const provider = { dialect: 'openai-chat', baseUrl: upstream.baseUrls['openai-chat'] };
    const config = { providers: { box: provider }, log: { level: 'debug', format: 'json' } };
    writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
    const options = { environment: home.environment, passphrase: PASSPHRASE };
    const value = canary.plant('the key of the upstream', (mark) => `sk-${mark}`);
    await runPostern(['secret', 'set', 'box'], { ...options, input: value });
    const created = await runPostern(['key', 'create', 'laptop', '--all-models'], options);
    const key = created.stdout.trim();
    await using postern = await upPostern(options);
    const app = await signIn(postern.launchUrl);
    await app.request('GET', '/api/state');
    const refused = await fetch(`${postern.pageAddress}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: canary.plant('a launch code') }),
    });
    expect(refused.status).toBe(401);
    upstream.next(textReply(canary.plant('an answer')));
    const model = `box/${canary.plant('the name of a model')}`;
    const content = canary.plant('a question');
    const answer = await fetch(
      `${postern.address}/v1/chat/completions?x=${canary.plant('a query')}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content }] }),
      },
    );
    expect(answer.status).toBe(200);
    await answer.text();
    const wrong = canary.plant('an invalid key', (mark) => `sk-postern-${mark}`);
    await fetch(`${postern.address}/v1/models`, { headers: { authorization: `Bearer ${wrong}` } });
    expect(await runPostern(['vault', 'lock'], options)).toMatchObject({ code: 0 });
    const { stderr } = await postern.stop();
    const audit = await runPostern(['audit', 'export'], options);
    expect(audit.stdout).toContain('"app.session.begin"');
    canary.searchBytes('the audit log', Buffer.from(audit.stdout));
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => v.parse(LineShape, JSON.parse(line)));
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'info', event: 'vault.opened', by: 'itself' }),
    );
    const signIns = lines.filter(({ event }) => event === 'app.sign-in');
    expect(signIns.map((line) => [line.level, line['succeeded']])).toEqual([
      ['info', true],
      ['warn', false],
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'gateway.call', provider: 'box', status: 200 }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'vault.locked', reason: 'ASKED' }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'debug', event: 'http.request', area: 'app', status: 200 }),
    );
    expect(lines.at(-1)).toMatchObject({ event: 'process.stopped' });
    canary.searchBytes('standard error', Buffer.from(stderr));
    canary.searchBytes('standard output', Buffer.from(postern.program.stdout()));
    expect(stderr).not.toContain(key);
    canary.expectNone();
  });

  test('is short by default', async () => {
    using home = freshHome();
    const options = { environment: home.environment, passphrase: PASSPHRASE };
    await using postern = await upPostern(options, ['--log-level', 'error']);
    await fetch(`${postern.address}/`);
    expect((await postern.stop()).stderr).toBe('Stopping: saving answers in progress.\nStopped.\n');
  });
});
