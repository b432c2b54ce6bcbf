import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import type { GatewayDeps } from '@postern/gateway';
import { isJsonObject, type JsonValue } from '@postern/kernel';
import { perDialect, providerId } from '@postern/protocol';
import {
  peerPath,
  skipBecause,
  startFakeUpstream,
  textReply,
  whyNoPeer,
  type FakeReply,
  type FakeUpstream,
  type RecordedRequest,
} from '@postern/testing';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/*
 * Claude Code as the client. If it finds a stream invalid, it silently retries without `stream`, so
 * every request that arrives must be a streaming one.
 */

const PEER = `@anthropic-ai/claude-code-linux-${process.arch}`;
const skip = skipBecause('Claude Code through the gateway', whyNoPeer(PEER));
const SECRET_WORD = 'quillwort';

let upstream: FakeUpstream;
let running: RunningGateway;
let home: string;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'claude-home-'));
  mkdirSync(join(home, 'work'));
  writeFileSync(join(home, 'work', 'note.txt'), `The word is ${SECRET_WORD}.\n`);
  upstream = await startFakeUpstream({
    headers: { 'anthropic-messages': { keys: ['sk-upstream-key-of-the-test'], anonymous: true } },
  });
});

async function start(deps: Partial<GatewayDeps> = {}): Promise<void> {
  running = await startGateway({
    baseUrls: upstream.baseUrls,
    deps: {
      models: { modelsOf: () => Promise.resolve([{ id: 'claude-opus-5-5', label: 'Claude' }]) },
      ...deps,
    },
  });
}

afterEach(async () => {
  await running.close();
  await upstream.close();
  rmSync(home, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs `claude -p` in its own home directory, with nothing from this process's environment. */
function claude(prompt: string, credentials: Readonly<Record<string, string>>): Promise<Outcome> {
  const child = spawn(
    join(peerPath(PEER), 'claude'),
    [
      '-p',
      prompt,
      '--output-format',
      'json',
      '--allowedTools',
      'Read',
      '--model',
      'claude-opus-5-5',
    ],
    {
      cwd: join(home, 'work'),
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        CLAUDE_CONFIG_DIR: join(home, 'config'),
        ANTHROPIC_BASE_URL: running.url,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        ...credentials,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 90_000,
    },
  );
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({
        code,
        output: Buffer.concat(output).toString(),
        errors: Buffer.concat(errors).toString(),
      });
    });
  });
}

/** First asks for the file; once it has the content, answers with the word in it. */
function readThenAnswer(request: RecordedRequest): FakeReply {
  const body = isJsonObject(request.json) ? request.json : {};
  const text = JSON.stringify(body['messages'] ?? null);
  if (/"tool_result"|"role":"tool"/.test(text)) {
    return textReply(text.includes(SECRET_WORD) ? `It is ${SECRET_WORD}.` : 'There was no word.');
  }
  if (!hasTool(body['tools'], 'Read')) return textReply('A title');
  return {
    kind: 'answer',
    parts: [
      { kind: 'thinking', text: "I'll read the file.", signature: 'c2lnbmVk' },
      { kind: 'text', text: 'I read the note.' },
      {
        kind: 'tool-call',
        id: 'toolu_read_note',
        name: 'Read',
        input: { file_path: join(home, 'work', 'note.txt') },
      },
    ],
  };
}

function hasTool(tools: JsonValue | undefined, name: string): boolean {
  return (
    Array.isArray(tools) &&
    tools.some((tool: JsonValue) => JSON.stringify(tool).includes(`"name":"${name}"`))
  );
}

/** Runs Claude Code until it has read a file, and checks each request that reached the upstream. */
async function completeToolRound(
  environment: Readonly<Record<string, string>>,
  expectedPath: string,
): Promise<void> {
  const outcome = await claude('Which word is in note.txt?', environment);
  expect(outcome.errors).toBe('');
  expect(outcome.code).toBe(0);
  expect(outcome.output).toContain(`It is ${SECRET_WORD}.`);
  const posts = upstream.requests.filter(({ method }) => method === 'POST');
  expect(posts.length).toBeGreaterThanOrEqual(2);
  for (const { json, path } of posts) {
    expect(path).toBe(expectedPath);
    expect(isJsonObject(json) && json['stream']).toBe(true);
  }
  expect(upstream.violations).toEqual([]);
  expect(running.entries.every(({ streamed, ending }) => streamed && ending === 'complete')).toBe(
    true,
  );
}

describe.skipIf(skip)('claude -p', () => {
  it.each([
    ['a key', 'ANTHROPIC_API_KEY'],
    ['a token', 'ANTHROPIC_AUTH_TOKEN'],
  ])('completes a tool round with %s', async (_name, variable) => {
    await start();
    upstream.respond(readThenAnswer);
    await completeToolRound({ [variable]: running.key }, '/v1/messages?beta=true');
  });

  it('completes a tool round with a provider that speaks chat completions', async () => {
    const chat = providerId.from('openai');
    await start({ defaultProvider: perDialect(() => chat) });
    upstream.respond(readThenAnswer);
    await completeToolRound({ ANTHROPIC_API_KEY: running.key }, '/v1/chat/completions');
  });
});
