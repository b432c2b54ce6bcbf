import {
  freshHome,
  runPostern,
  startFakeUpstream,
  textReply,
  upPostern,
  type FakeUpstream,
  type FreshHome,
} from '@postern/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/* Keys are changed by one process, the command line, and used in another, the running gateway. */

const PASSPHRASE = 'three blind mice run';
const ORIGIN = 'https://example.com';

let home: FreshHome;
let upstream: FakeUpstream;
let postern: Awaited<ReturnType<typeof upPostern>>;

beforeAll(async () => {
  home = freshHome();
  upstream = await startFakeUpstream();
  const directory = join(home.path, '.config', 'postern');
  mkdirSync(directory, { recursive: true });
  const chat = { dialect: 'openai-chat', baseUrl: upstream.baseUrls['openai-chat'] };
  writeFileSync(
    join(directory, 'config.json'),
    JSON.stringify({ providers: { chat, more: chat } }),
  );
  for (const name of ['chat', 'more']) await run(['secret', 'set', name], 'sk-upstream-0123');
  postern = await upPostern({ environment: home.environment, passphrase: PASSPHRASE });
});

afterAll(async () => {
  await postern.stop();
  await upstream.close();
  home[Symbol.dispose]();
});

const options = () => ({ environment: home.environment, passphrase: PASSPHRASE });

/** Runs a command that must succeed, and returns what it prints. */
async function run(words: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await runPostern(words, { ...options(), input });
  expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
  return stdout.trim();
}

async function create(name: string, ...settings: readonly string[]): Promise<string> {
  return await run(['keys', 'create', name, ...settings]);
}

interface CallOptions {
  readonly path?: string;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function statusOf(key: string, { path, model = 'chat/m', headers }: CallOptions = {}) {
  const response = await fetch(`${postern.address}${path ?? '/v1/chat/completions'}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({ model, max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }),
  });
  await response.text();
  return response.status;
}

describe('a key that the command line changes', () => {
  it('works with its new token at once, and with the old one until the grace period ends', async () => {
    const old = await create('rotated', '--all-models');
    expect(await statusOf(old)).toBe(200);
    const next = await run(['keys', 'rotate', 'rotated']);
    expect(next).toMatch(/^sk-postern-/);
    expect([await statusOf(old), await statusOf(next)]).toEqual([200, 200]);
    const last = await run(['keys', 'rotate', 'rotated', '--grace', '0']);
    expect([await statusOf(old), await statusOf(next), await statusOf(last)]).toEqual([
      401, 401, 200,
    ]);
  });

  it('is refused at once when it is disabled, and works again when it is enabled', async () => {
    const key = await create('paused', '--all-models');
    expect(await statusOf(key)).toBe(200);
    await run(['keys', 'disable', 'paused']);
    expect(await statusOf(key)).toBe(401);
    await run(['keys', 'enable', 'paused']);
    expect(await statusOf(key)).toBe(200);
  });

  it('is refused at once when it expires, and works again when it is extended', async () => {
    const key = await create('brief', '--all-models', '--expires', '30d');
    expect(await statusOf(key)).toBe(200);
    await run(['keys', 'update', 'brief', '--expires', 'now']);
    expect(await statusOf(key)).toBe(401);
    await run(['keys', 'update', 'brief', '--expires', 'never']);
    expect(await statusOf(key)).toBe(200);
  });

  it.each<[string, readonly string[], CallOptions, number]>([
    ['models', ['--model', 'more/*'], {}, 404],
    ['endpoints', ['--endpoint', 'messages'], {}, 403],
    ['upstreams', ['--upstream', 'more'], {}, 404],
    ['addresses', ['--address', '10.0.0.0/8'], {}, 401],
  ])('loses what its new %s leave out, at once', async (name, settings, call, status) => {
    const key = await create(name, '--all-models');
    expect(await statusOf(key, call)).toBe(200);
    await run(['keys', 'update', name, ...settings]);
    expect(await statusOf(key, call)).toBe(status);
    await run(['keys', 'update', name, `--all-${name}`]);
    expect(await statusOf(key, call)).toBe(200);
  });

  it('keeps answers for repetitions at once, and no longer', async () => {
    const key = await create('repeating', '--all-models');
    const headers = { 'idempotency-key': 'one' };
    const requestsFor = async (): Promise<number> => {
      const before = upstream.requests.length;
      for (let at = 0; at < 2; at += 1) expect(await statusOf(key, { headers })).toBe(200);
      return upstream.requests.length - before;
    };
    expect(await requestsFor()).toBe(2);
    const shown = await run(['keys', 'update', 'repeating', '--idempotency', '24h']);
    expect(shown).toMatch(/^Idempotency +keeps answers for 1d$/m);
    expect(await requestsFor()).toBe(1);
    expect(await run(['keys', 'update', 'repeating', '--no-idempotency'])).toMatch(
      /^Idempotency +off$/m,
    );
    expect(await requestsFor()).toBe(2);
    const ended = await runPostern(
      ['keys', 'update', 'repeating', '--idempotency', '8d'],
      options(),
    );
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('from 1s to 7d')]);
  });

  it('can be used by the pages that it lists, at once and no longer', async () => {
    const key = await create('browser', '--all-models');
    const headers = { origin: ORIGIN };
    const preflight = async (): Promise<readonly unknown[]> => {
      const response = await fetch(`${postern.address}/v1/chat/completions`, {
        method: 'OPTIONS',
        headers: { ...headers, 'access-control-request-method': 'POST' },
      });
      return [response.status, response.headers.get('access-control-allow-origin')];
    };
    expect([await statusOf(key, { headers }), ...(await preflight())]).toEqual([403, 403, null]);
    await run(['keys', 'update', 'browser', '--origin', ORIGIN]);
    expect([await statusOf(key, { headers }), ...(await preflight())]).toEqual([200, 204, ORIGIN]);
    await run(['keys', 'update', 'browser', '--no-origin']);
    expect([await statusOf(key, { headers }), ...(await preflight())]).toEqual([403, 403, null]);
  });

  it.each([
    ['disabled', ['disable', 'KEY']],
    ['expired', ['update', 'KEY', '--expires', 'now']],
    ['rotated without grace', ['rotate', 'KEY', '--grace', '0']],
  ])('has its running stream ended when it is %s', async (name, [command = '', , ...rest]) => {
    const key = await create(`stream ${name}`, '--all-models');
    upstream.next(textReply('a b c', { fault: { kind: 'stall', afterFrames: 3 } }));
    const before = upstream.requests.length;
    const response = await fetch(`${postern.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model: 'chat/m',
        stream: true,
        messages: [{ role: 'user', content: 'hi' }],
      }),
    });
    expect(response.status).toBe(200);
    const request = await upstream.request(before);
    await run(['keys', command, `stream ${name}`, ...rest]);
    expect(await response.text()).toContain('GATEWAY_KEY_REQUIRED');
    expect(await request.closed).toBe('left');
  });
});

describe('an imported key', () => {
  const [OLD, WEAK] = ['sk-8fK2mQz7VxT1cRb9LpW4Ng', 'sk-1234567890abcdef'];
  const list = (): string => {
    const path = join(home.path, 'keys.json');
    const entry = { oauthToken: 'sk-ant-oat01-never-read', isActive: true };
    const [old, weak, off] = ['old client', 'weak client', 'off client'];
    writeFileSync(
      path,
      JSON.stringify({
        [OLD]: { ...entry, keyName: old },
        [WEAK]: { ...entry, keyName: weak },
        [`${OLD}x9`]: { ...entry, keyName: off, isActive: false },
      }),
    );
    return path;
  };

  it('works at once for the clients that have it, until it is rotated or revoked', async () => {
    expect(await statusOf(OLD)).toBe(401);
    const printed = await run([
      'keys',
      'import',
      list(),
      '--only',
      'old client',
      '--model',
      'chat/*',
    ]);
    expect(printed).toMatch(/^Imported old client \(\w{26}\)\.\nThe keys are still readable in /);
    expect(await statusOf(OLD)).toBe(200);
    expect(await statusOf(OLD, { model: 'more/m' })).toBe(404);
    expect([await statusOf(`${OLD}x`), await statusOf(OLD.slice(0, -1))]).toEqual([401, 401]);
    expect(await run(['keys', 'show', 'old client'])).toMatch(/^Key +…W4Ng \(imported\)$/m);
    const next = await run(['keys', 'rotate', 'old client']);
    expect([await statusOf(OLD), await statusOf(next)]).toEqual([200, 200]);
    expect(await run(['keys', 'show', 'old client'])).not.toContain('imported');
    await run(['keys', 'rotate', 'old client', '--grace', '0']);
    expect([await statusOf(OLD), await statusOf(next)]).toEqual([401, 401]);
  });

  it('is refused if it could be guessed, unless it is forced', async () => {
    const words = ['keys', 'import', list(), '--only', 'weak client', '--all-models'];
    const ended = await runPostern(words, options());
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stdout).toMatch(/could be guessed.* with --force/);
    expect(ended.stdout + ended.stderr).not.toContain(WEAK);
    expect(await statusOf(WEAK)).toBe(401);
    await run([...words, '--force']);
    expect(await statusOf(WEAK)).toBe(200);
  });

  it('that was inactive is not active here', async () => {
    await run(['keys', 'import', list(), '--only', 'off client', '--all-models']);
    expect(await statusOf(`${OLD}x9`)).toBe(401);
    expect(await run(['keys', 'show', 'off client'])).toMatch(/^State +expired$/m);
  });

  it('is an explicit choice', async () => {
    const ended = await runPostern(['keys', 'import', list(), '--all-models'], options());
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--only NAME');
  });
});

describe('postern keys', () => {
  it('creates no key without models, and says how to name them', async () => {
    const { code, stderr } = await runPostern(['keys', 'create', 'none'], options());
    expect(code).toBe(2);
    expect(stderr).toContain('--model');
    expect(stderr).toContain('--all-models');
  });

  it('show the raises of a budget that count now', async () => {
    await create('raised', '--all-models', '--budget', '5/day');
    await run(['keys', 'raise', 'raised', '--by', '2.50', '--until', '8h']);
    await run(['keys', 'raise', 'raised', '--by', '1', '--until', '2d']);
    expect(await run(['keys', 'show', 'raised'])).toMatch(
      /^Budget +\$5\/day\nRaised +by \$2\.50 until .* UTC\nRaised +by \$1\S* until /m,
    );
  });

  it('shows every setting, and the last four characters of the key', async () => {
    const settings = [
      ...['--model', 'gpt-5', '--model', 'openai/*', '--endpoint', 'chat', '--upstream', 'chat'],
      ...['--address', '10.0.0.0/8', '--address', '::1', '--origin', ORIGIN],
      ...['--requests-per-minute', '60', '--tokens-per-minute', '100000', '--concurrent', '4'],
      ...['--budget', '$20.50/month', '--expires', '2127-01-31', '--owner', 'Ada Lovelace'],
      ...['--note', 'ticket=OPS-7'],
    ];
    const key = await create('whole', ...settings);
    const shown: unknown = JSON.parse(await run(['keys', 'show', 'whole', '--json']));
    const expected = {
      name: 'whole',
      hint: `…${key.slice(-4)}`,
      models: ['gpt-5', 'openai/*'],
      endpoints: ['chat'],
      upstreams: ['chat'],
      addresses: ['10.0.0.0/8', '::1'],
      origins: [ORIGIN],
      limits: { requestsPerMinute: 60, tokensPerMinute: 100_000, concurrent: 4 },
      budget: { amountMicroUsd: 20_500_000, period: 'month' },
      expiresAtMs: Date.UTC(2127, 0, 31),
      owner: 'Ada Lovelace',
      notes: { ticket: 'OPS-7' },
    };
    expect(shown).toMatchObject(expected);
    const text = await run(['keys', 'show', 'whole']);
    for (const part of [`…${key.slice(-4)}`, '$20.50/month', '2127-01-31', 'OPS-7']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain(key.slice(0, -4));
    const row = (await run(['keys', 'list'])).split('\n').find((line) => line.startsWith('whole'));
    expect(row).toMatch(/whole +\w{26} +….{4} +gpt-5, openai\/\* +2127-01-31 +never +active/);
    await run(['keys', 'update', 'whole', '--concurrent', 'none', '--budget', 'none', '--no-note']);
    expect(JSON.parse(await run(['keys', 'show', 'whole', '--json']))).toMatchObject({
      limits: { requestsPerMinute: 60, tokensPerMinute: 100_000 },
      notes: {},
      owner: 'Ada Lovelace',
    });
  });

  it.each([
    [['--all-models', '--budget', '5/year'], /A budget looks like/],
    [['--all-models', '--budget', '0/day'], /A budget looks like/],
    [['--all-models', '--expires', '2020-01-01'], /in the past/],
    [['--all-models', '--expires', 'soon'], /--expires takes/],
    [['--all-models', '--address', '10.0.0.300'], /An address looks like/],
    [['--all-models', '--address', '10.1.2.3/8'], /That range is 10\.0\.0\.0\/8\./],
    [['--all-models', '--origin', 'https://example.com/'], /An origin looks like/],
    [['--all-models', '--origin', '*'], /An origin looks like/],
    [['--all-models', '--endpoint', 'everything'], /An endpoint is one of chat/],
    [['--all-models', '--concurrent', '0'], /whole number from 1/],
    [['--model', '*'], /A model looks like/],
    [['--model', `sk-${'0a1b2c3d'.repeat(4)}`], /looks like a key/],
    [['--all-models', '--owner', `sk-${'0a1b2c3d'.repeat(4)}`], /looks like a key/],
    [['--all-models', '--note', `a=sk-${'0a1b2c3d'.repeat(4)}`], /looks like a key/],
    [['--all-models', '--model', 'm'], /can't be used together/],
  ])('refuses %j with the fix, and creates nothing', async (settings, message) => {
    const ended = await runPostern(['keys', 'create', 'refused', ...settings], options());
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toContain('0a1b2c3d');
    expect(await run(['keys', 'list'])).not.toContain('refused');
  });

  it('records why a key was refused, which its client does not learn', async () => {
    const key = await create('told', '--all-models', '--address', '10.0.0.0/8');
    expect(await statusOf(key)).toBe(401);
    await postern.stop();
    postern = await upPostern(options());
    const tail = await run(['audit', 'tail', '--json', '--lines', '200']);
    const id = /^Id +(\w+)$/m.exec(await run(['keys', 'show', 'told']))?.[1];
    expect(JSON.parse(tail)).toContainEqual(
      expect.objectContaining({
        action: 'gateway.refuse',
        reason: 'GATEWAY_ADDRESS_REFUSED',
        subject: { kind: 'gateway-key', id },
      }),
    );
    expect(tail).not.toContain(key);
  });
});
