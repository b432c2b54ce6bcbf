import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freshHome,
  runPostern,
  skipBecause,
  startChromium,
  startFakeUpstream,
  startPostern,
  textReply,
  upPostern,
  whyNoPrograms,
  type FreshHome,
  type PosternOptions,
} from '@postern/testing';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { signIn } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const VALUE = 'sk-the-value-that-is-long-enough';
const POLL_MS = 200;
const TIMEOUT_MS = 60_000;

let home: FreshHome;
let options: PosternOptions;

beforeEach(async () => {
  home = freshHome();
  options = { environment: home.environment, passphrase: PASSPHRASE };
  expect(await runPostern(['secret', 'set', 'openai'], { ...options, input: VALUE })).toMatchObject(
    { code: 0 },
  );
});

afterEach(() => {
  home[Symbol.dispose]();
});

function configure(config: unknown): void {
  const directory = join(home.path, '.config', 'postern');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
}

/** Polls until the condition is true. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + TIMEOUT_MS;
  while (!(await condition())) {
    if (Date.now() > untilMs) throw new Error('the condition did not become true in time');
    await sleep(POLL_MS);
  }
}

/** Returns the last record of a lock in the audit log. */
async function lastLock(): Promise<string | undefined> {
  const exported = await runPostern(['audit', 'export'], options);
  return exported.stdout
    .split('\n')
    .filter((line) => line.includes('"vault.lock"'))
    .at(-1);
}

const isLocked = async (postern: { readonly address: string }, key: string): Promise<boolean> => {
  const answer = await fetch(`${postern.address}/v1/models`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return (await answer.text()).includes('locked');
};

async function newKey(): Promise<string> {
  return (await runPostern(['key', 'create', 'laptop', '--all-models'], options)).stdout.trim();
}

describe('the app', () => {
  test("locks when it isn't used, and logs it", async () => {
    configure({ vault: { lockAfterIdle: '10s' } });
    const key = await newKey();
    await using postern = await upPostern({ ...options, isTimed: true });
    const app = await signIn(postern.launchUrl);
    await postern.program.sendMessage({ passMs: 9000 });
    expect(await isLocked(postern, key)).toBe(false);
    await postern.program.sendMessage({ passMs: 10_000 });
    await until(async () =>
      JSON.stringify(await app.request('GET', '/api/state')).includes('"locked"'),
    );
    expect(await isLocked(postern, key)).toBe(true);
    expect(await lastLock()).toContain('"reason":"IDLE"');
    await app.request('POST', '/api/unlock', { passphrase: PASSPHRASE });
    expect(await isLocked(postern, key)).toBe(false);
  });

  test('locks after the machine was suspended', async () => {
    configure({ vault: { lockAfterIdle: 'never', lockOnSuspend: true } });
    const key = await newKey();
    await using postern = await upPostern({ ...options, isTimed: true });
    expect(await isLocked(postern, key)).toBe(false);
    await postern.program.sendMessage({ sleepMs: 21_000 });
    await until(async () => await isLocked(postern, key));
    expect(await lastLock()).toContain('"reason":"SUSPEND"');
  });

  test("locking ends the gateway's streams immediately with the reason, and records their usage", async () => {
    const upstream = await startFakeUpstream();
    configure({
      providers: { box: { dialect: 'openai-chat', baseUrl: upstream.baseUrls['openai-chat'] } },
    });
    const set = await runPostern(['secret', 'set', 'box'], { ...options, input: VALUE });
    expect(set).toMatchObject({ code: 0 });
    const key = await newKey();
    await using postern = await upPostern(options);
    upstream.next(textReply('word '.repeat(2000), { deltaDelayMs: 20 }));
    const streaming = await fetch(`${postern.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'box/any',
        stream: true,
        messages: [{ role: 'user', content: 'Go on and on.' }],
      }),
    });
    onTestFinished(async () => {
      await upstream.close();
    });
    expect(streaming.status).toBe(200);
    expect(await runPostern(['vault', 'lock'], options)).toMatchObject({ code: 0 });
    const text = await streaming.text();
    expect(text).toContain('VAULT_LOCKED');
    // The answer has 2,000 words. Five more seconds would have brought hundreds.
    expect(text).not.toContain('GATEWAY_STOPPING');
    expect(await isLocked(postern, key)).toBe(true);
    expect(await lastLock()).toContain('"reason":"ASKED"');
    await postern.stop();
    const listed = await runPostern(['key', 'list', '--json'], options);
    expect(listed.stdout).toMatch(/"lastUsedAtMs": \d+/);
  });

  test.skipIf(skipBecause('the page of a locked vault', whyNoPrograms(['chromium'])))(
    'shows that the vault is locked without a reload',
    async () => {
      configure({ vault: { lockAfterIdle: '8s' } });
      await using postern = await upPostern({ ...options, isTimed: true });
      await using browser = await startChromium({ origins: [postern.pageAddress] });
      await browser.page.goto(postern.launchUrl);
      await browser.page.getByLabel('Message', { exact: true }).waitFor();
      await postern.program.sendMessage({ passMs: 8000 });
      await browser.page.getByLabel('Passphrase').waitFor({ timeout: TIMEOUT_MS });
      await browser.page.getByLabel('Passphrase').fill(PASSPHRASE);
      await browser.page.keyboard.press('Enter');
      await browser.page.getByLabel('Message', { exact: true }).waitFor();
    },
  );
});

describe('the agent', () => {
  test.each([
    ['it is idle', '10s', { passMs: 10_000 }, 'IDLE'],
    ['the machine was suspended', 'never', { sleepMs: 21_000 }, 'SUSPEND'],
    ['a command locks the vault', 'never', 'lock', 'ASKED'],
    ['it is stopped', 'never', 'SIGTERM', 'EXIT'],
  ] as const)('ends when %s', async (_, lockAfterIdle, how, reason) => {
    configure({ vault: { lockAfterIdle } });
    await using agent = startPostern(['agent', '--ttl', '1h'], { ...options, isTimed: true });
    await agent.waitFor(/The vault is unlocked/);
    const held = await runPostern(['secret', 'list'], { environment: home.environment });
    expect(held).toMatchObject({ code: 0 });
    if (typeof how === 'object') await agent.sendMessage(how);
    else if (how === 'lock') await runPostern(['vault', 'lock'], options);
    else agent.send(how);
    expect(await agent.ended).toMatchObject({ code: 0 });
    expect(await lastLock()).toContain(`"reason":"${reason}"`);
    const locked = await runPostern(['secret', 'list'], { environment: home.environment });
    expect(locked.stderr).toContain('[VAULT_LOCKED]');
  });

  test('stays unlocked while it is used', async () => {
    configure({ vault: { lockAfterIdle: '12s' } });
    await using agent = startPostern(['agent', '--ttl', '1h'], { ...options, isTimed: true });
    await agent.waitFor(/The vault is unlocked/);
    for (let uses = 0; uses < 3; uses += 1) {
      await agent.sendMessage({ passMs: 11_000 });
      const held = await runPostern(['secret', 'list'], { environment: home.environment });
      expect(held).toMatchObject({ code: 0 });
    }
    await agent.sendMessage({ passMs: 12_000 });
    expect((await agent.ended).stderr).toContain('it was not used');
  });
});

describe('vault.deleteKeysOnExit', () => {
  test.each([
    ['removes the keys of providers and nothing else', true, 'Removed 1 provider keys', ['note']],
    ['keeps the keys by default', false, 'Stopped', ['note', 'openai']],
  ])('%s', async (_, deleteKeysOnExit, message, left) => {
    configure({ vault: { deleteKeysOnExit } });
    expect(await runPostern(['secret', 'set', 'note'], { ...options, input: VALUE })).toMatchObject(
      {
        code: 0,
      },
    );
    const postern = await upPostern(options);
    expect((await postern.stop()).stderr).toContain(message);
    const listed = await runPostern(['secret', 'list', '--json'], options);
    const names = [...listed.stdout.matchAll(/"name": "(\w+)"/g)].map(([, name]) => name);
    expect(names.toSorted()).toEqual(left);
  });

  test('says that the keys stay if the vault is locked or the process was killed', async () => {
    configure({ vault: { deleteKeysOnExit: true } });
    const locked = await upPostern({ environment: home.environment });
    expect((await locked.stop()).stderr).toContain('still in the vault, because it is locked');
    const killed = await upPostern(options);
    await killed.stop('SIGKILL');
    expect(await runPostern(['secret', 'get', 'openai', '--raw'], options)).toMatchObject({
      stdout: VALUE,
    });
  });
});
