import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SESSION_HEADER } from '@postern/protocol';
import {
  freshHome,
  leakCanary,
  runPostern,
  skipBecause,
  startFakeUpstream,
  startProgram,
  textReply,
  upPostern,
  whyNoPrograms,
  type FakeReply,
  type FakeUpstream,
  type FreshHome,
  type PosternUp,
  type RecordedRequest,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { callsWith, goesTo, tracing } from './traced-calls.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const LAUNCHER = join(import.meta.dirname, '../../../apps/cli/bin/postern.js');
const CHOICE = { provider: 'box', model: 'any' };
const PAGE = 'a'.repeat(32);
const OTHER_PAGE = 'b'.repeat(32);

const Id = v.object({ id: v.string() });
const View = v.object({
  conversation: v.object({ title: v.string() }),
  messages: v.array(v.object({ id: v.string(), role: v.string(), status: v.string() })),
});

/** A home whose Postern logs everything, without a vault. */
function loggingHome(): FreshHome {
  const home = freshHome();
  const directory = join(home.path, '.config', 'postern');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ log: { level: 'debug' } }));
  return home;
}

async function setUp(app: AppClient, upstream: FakeUpstream): Promise<void> {
  await app.request('POST', '/api/setup', { storage: 'file', passphrase: PASSPHRASE });
  await app.request('POST', '/api/providers', {
    id: 'box',
    label: 'Box',
    dialect: 'openai-chat',
    auth: 'bearer',
    baseUrl: upstream.baseUrls['openai-chat'],
  });
  await app.request('PUT', '/api/providers/box/key', { key: 'sk-0123456789abcdef0123' });
}

async function begin(app: AppClient): Promise<string> {
  return v.parse(Id, await app.request('POST', '/api/private-chats', CHOICE)).id;
}

async function messagesOf(app: AppClient, id: string): Promise<v.InferOutput<typeof View>> {
  return v.parse(View, await app.request('GET', `/api/conversations/${id}`));
}

/** Stops sending after some words, until the client leaves. */
const stalled = (text: string): FakeReply =>
  textReply(text, { fault: { kind: 'stall', afterFrames: 5 } });

describe.skipIf(skipBecause('private chats under strace', whyNoPrograms(['strace'])))(
  'a private chat under strace',
  () => {
    test('is in no call but those to its provider and its page, and in no file', async () => {
      using home = loggingHome();
      const upstream = await startFakeUpstream();
      const trace = freshHome();
      const canary = leakCanary();
      const question = canary.plant('question', (mark) => `What is ${mark}?`);
      const edited = canary.plant('edited question', (mark) => `And what is ${mark}?`);
      const attached = canary.plant('attached file', (mark) => `A note about ${mark}.`);
      const fileName = canary.plant('name of a file', (mark) => `${mark}.txt`);
      const instructions = canary.plant('instructions', (mark) => `Never say ${mark}.`);
      const answer = canary.plant('answer', (mark) => `It is ${mark}.`);
      const file = join(trace.path, 'calls');
      const [command = '', ...parameters] = tracing(file);
      await using postern = startProgram(
        command,
        [...parameters, process.execPath, LAUNCHER, 'up', '--no-open', '--port', '0'],
        { environment: home.environment },
      );
      const [, launchUrl = ''] = await postern.waitFor(/Open\s+(http:\S+)\s/);
      const app = await signIn(launchUrl, PAGE);
      await setUp(app, upstream);

      const id = await begin(app);
      upstream.next(textReply(answer));
      await app.turn(id, { parentId: null, text: question, ...CHOICE });
      upstream.next(textReply(answer));
      await app.turn(id, { parentId: null, text: edited, branch: true, ...CHOICE });
      const { messages } = await messagesOf(app, id);
      expect(messages.map(({ role, status }) => `${role} ${status}`)).toEqual([
        ...['user complete', 'assistant complete', 'user complete', 'assistant complete'],
      ]);
      upstream.next(textReply(answer));
      await app.turn(id, { parentId: messages[0]?.id, ...CHOICE });
      const settings = { systemPrompt: instructions };
      await app.request('PUT', '/api/chat-settings', { conversation: id, settings });
      const path = `/api/attachments?private=${id}&name=${fileName}`;
      const attachments = [v.parse(Id, await app.request('POST', path, attached)).id];
      // To two models at once.
      upstream.next(textReply(answer), textReply(answer));
      const compareWith = [{ provider: 'box', model: 'other' }];
      await app.turn(id, { parentId: null, branch: true, attachments, compareWith, ...CHOICE });
      expect((await messagesOf(app, id)).messages.at(-1)).toMatchObject({ status: 'complete' });
      await searchElsewhere(home, canary, app, question);
      await app.request('DELETE', `/api/private-chats/${id}`);
      await runPostern(['stop'], { environment: home.environment });
      await postern.ended;
      canary.searchBytes('the output', postern.stdout() + postern.stderr());
      canary.searchFiles(home.path);

      const [toPage, toProvider] = [new URL(launchUrl).port, new URL(upstream.url).port];
      const sent: readonly (readonly [string, readonly string[]])[] = [
        ...[question, edited, fileName].map((text) => [text, [toPage, toProvider]] as const),
        ...[attached, instructions].map((text) => [text, [toProvider]] as const),
        [answer, [toPage]],
      ];
      for (const [text, ports] of sent) {
        const mark = /[a-z2-7]{24}/.exec(text)?.[0] ?? '';
        const calls = callsWith(file, mark);
        for (const port of ports) {
          expect(calls.some((call) => goesTo(call, [port]))).toBe(true);
        }
        expect(calls.filter((call) => !goesTo(call, [toPage, toProvider]))).toEqual([]);
      }
      canary.expectNone();
      await upstream.close();
      trace[Symbol.dispose]();
    });

    test.each([
      ['a file', 'fs.writeFileSync(out, mark)'],
      ['a path', 'fs.statSync("/tmp/" + mark, { throwIfNoEntry: false })'],
      ['an argument', 'child_process.spawnSync("true", [mark])'],
      [
        'another connection',
        'net.connect(9, "127.0.0.1", () => 0).on("error", () => 0); dgram.createSocket("udp4").send(mark, 9, "127.0.0.1", function () { this.close(); })',
      ],
    ])('would be found in %s', async (_name, code) => {
      using home = freshHome();
      const file = join(home.path, 'calls');
      const [command = '', ...parameters] = tracing(file);
      const head = `const [fs, net, dgram, child_process] = ['fs', 'net', 'dgram', 'child_process'].map(require);
        const mark = ['abcdefghijkl', 'mnopqrstuvwx'].join(''); const out = ${JSON.stringify(join(home.path, 'out'))};`;
      await startProgram(command, [...parameters, process.execPath, '--eval', head + code], {
        environment: home.environment,
      }).ended;
      const calls = callsWith(file, 'abcdefghijklmnopqrstuvwx');
      expect(calls.some((call) => !goesTo(call, ['9']))).toBe(true);
    });
  },
);

/** Searches everything that another session, an export and a backup can get. */
async function searchElsewhere(
  home: FreshHome,
  canary: ReturnType<typeof leakCanary>,
  app: AppClient,
  question: string,
): Promise<void> {
  const { environment } = home;
  const run = async (...parameters: string[]): Promise<void> => {
    const ended = await runPostern(parameters, {
      environment,
      passphrase: PASSPHRASE,
      descriptors: ['a passphrase of its own'],
    });
    expect(ended).toMatchObject({ code: 0 });
    canary.searchBytes(parameters.join(' '), ended.stdout + ended.stderr);
  };
  const opened = await runPostern(['open'], { environment, passphrase: PASSPHRASE });
  const other = await signIn(opened.stdout.trim(), PAGE);
  const word = /[a-z2-7]{24}/.exec(question)?.[0] ?? '';
  for (const client of [app, other]) {
    for (const path of ['conversations', `search?q=${word}`, 'trash', 'drafts', 'settings']) {
      const got = await client.request('GET', `/api/${path}`);
      canary.searchBytes(path.split('?')[0] ?? '', JSON.stringify(got));
    }
  }
  await run(
    'chat',
    'export',
    '--all',
    '--format',
    'json',
    '--output',
    join(home.path, 'export.json'),
  );
  await run('auth', 'storage', 'backup', join(home.path, 'backup'), '--backup-passphrase-fd', '4');
  await run('audit', 'export');
  await run('status');
}

describe('a private chat in the process', () => {
  let home: FreshHome;
  let upstream: FakeUpstream;
  let postern: PosternUp;
  let app: AppClient;
  const canary = leakCanary();

  const start = async (): Promise<void> => {
    postern = await upPostern({ environment: home.environment, passphrase: PASSPHRASE });
    app = await signIn(postern.launchUrl, PAGE);
  };
  const signInAs = async (page: string): Promise<AppClient> => {
    const options = { environment: home.environment, passphrase: PASSPHRASE };
    return await signIn((await runPostern(['open'], options)).stdout.trim(), page);
  };

  beforeAll(async () => {
    home = freshHome();
    upstream = await startFakeUpstream();
    await using first = await upPostern({ environment: home.environment });
    await setUp(await signIn(first.launchUrl), upstream);
    await first.stop();
    await start();
  });

  afterAll(async () => {
    await postern.stop();
    canary.searchFiles(home.path);
    canary.expectNone();
    await upstream.close();
    home[Symbol.dispose]();
  });

  /** A private chat whose answer runs until the client leaves. */
  async function answering(): Promise<{ id: string; request: RecordedRequest }> {
    const id = await begin(app);
    const index = upstream.requests.length;
    upstream.next(stalled(canary.plant('answer', (mark) => `It is ${mark} and then some more`)));
    const text = canary.plant('question', (mark) => `What is ${mark}?`);
    app.turn(id, { parentId: null, text, ...CHOICE }).catch(() => undefined);
    const request = await upstream.request(index);
    await expect.poll(async () => (await messagesOf(app, id)).messages.length).toBe(2);
    return { id, request };
  }

  const NOT_FOUND = /404 .*CONVERSATION_NOT_FOUND/;

  test.each([
    ['another page of its session', () => app.asPage(OTHER_PAGE)],
    ['another session', async () => await signInAs(PAGE)],
  ])('is not found by %s', async (_name, visitorOf) => {
    const { id } = await answering();
    const visitor = await visitorOf();
    const turn = { parentId: null, text: 'Hello', branch: true, ...CHOICE };
    for (const [method, path, body] of [
      ['GET', `/api/conversations/${id}`],
      ['GET', `/api/conversations/${id}/messages?ids=${id}`],
      ['POST', `/api/conversations/${id}/turns`, turn],
      ['GET', `/api/conversations/${id}/answer`],
      ['POST', `/api/conversations/${id}/stop`],
      ['PATCH', `/api/conversations/${id}`, { title: 'Mine' }],
      ['DELETE', `/api/conversations/${id}`],
      ['POST', `/api/conversations/${id}/restore`],
      ['POST', `/api/exports`, { chats: [id], format: 'json' }],
      ['PUT', `/api/drafts`, { conversation: id, text: 'a draft' }],
      ['DELETE', `/api/private-chats/${id}`],
      ['POST', `/api/private-chats/${id}/keep`],
    ] as const) {
      await expect(visitor.request(method, path, body), path).rejects.toThrow(NOT_FOUND);
    }
    await visitor.request('DELETE', '/api/private-chats');
    expect((await messagesOf(app, id)).messages.at(-1)).toMatchObject({ status: 'streaming' });
    await app.request('DELETE', '/api/private-chats');
    await expect(app.request('GET', `/api/conversations/${id}`)).rejects.toThrow(NOT_FOUND);
  });

  test('sends nothing about itself to other pages', async () => {
    const leaving = new AbortController();
    const events = await fetch(`${postern.pageAddress}/api/events`, {
      headers: { cookie: app.cookie, [SESSION_HEADER]: app.secret },
      signal: leaving.signal,
    });
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    const id = await begin(app);
    upstream.next(textReply('An answer.'));
    await app.turn(id, { parentId: null, text: 'A question', ...CHOICE });
    await app.request('DELETE', `/api/private-chats/${id}`);
    const stored = v.parse(Id, await app.request('POST', '/api/conversations', {}));
    let received = '';
    while (!received.includes(stored.id)) received += (await reader?.read())?.value ?? '';
    leaving.abort();
    expect(received).not.toContain(id);
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['it is closed', async (id) => await app.request('DELETE', `/api/private-chats/${id}`)],
    ['its page is closed', async () => await app.request('DELETE', '/api/private-chats')],
    ['its session signs out', async () => await app.request('DELETE', '/api/session')],
    [
      'the vault is locked',
      async () => await runPostern(['vault', 'lock'], { environment: home.environment }),
    ],
    ['Postern stops', async () => await postern.stop()],
    ['Postern is killed', async () => await postern.stop('SIGKILL')],
    ['Postern crashes', async () => await postern.stop('SIGABRT')],
  ])('is gone when %s during an answer, which is stopped', async (_name, end) => {
    const { id, request } = await answering();
    await end(id);
    expect(await request.closed).toBe('left');
    await postern.stop();
    canary.searchBytes('the output', postern.program.stdout() + postern.program.stderr());
    canary.searchFiles(home.path);
    await start();
    await expect(app.request('GET', `/api/conversations/${id}`)).rejects.toThrow(NOT_FOUND);
  });

  test('is stored when it is kept, with its messages and a title', async () => {
    const id = await begin(app);
    upstream.next(textReply('Because of the air.'));
    await app.turn(id, { parentId: null, text: 'Why is the sky blue?', ...CHOICE });
    const before = await messagesOf(app, id);
    expect(before.conversation.title).toBe('Private chat');
    await app.request('POST', `/api/private-chats/${id}/keep`);
    await postern.stop('SIGKILL');
    await start();
    const after = await messagesOf(app, id);
    expect(after.messages).toEqual(before.messages);
    expect(after.conversation.title).toBe('Why is the sky blue?');
    const found = JSON.stringify(await app.request('GET', '/api/search?q=sky'));
    expect(found).toContain(id);
  });
});
