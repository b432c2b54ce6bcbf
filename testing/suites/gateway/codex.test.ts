import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { isJsonObject } from '@postern/kernel';
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
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/*
 * Codex as the client. It speaks only the Responses API. Which tools it has depends on the name of the model:
 * `gpt-5.5` has functions and the custom tool `apply_patch`. `gpt-6.2-sol` has them all inside the custom
 * tool `exec`, which is in a namespace that an item of the input adds.
 */

const PEER = `@openai/codex-linux-${process.arch}`;
const TRIPLE = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-musl`;
const skip = skipBecause('Codex through the gateway', whyNoPeer(PEER));
const SECRET_WORD = 'quillwort';
const PATHS = { anthropic: '/v1/messages', 'chat-only': '/v1/chat/completions' } as const;

let upstream: FakeUpstream;
let running: RunningGateway;
let home: string;
let work: string;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'codex-home-'));
  work = join(home, 'work');
  for (const directory of ['work', 'codex']) mkdirSync(join(home, directory));
  writeFileSync(join(work, 'note.txt'), `The word is ${SECRET_WORD}.\n`);
  upstream = await startFakeUpstream({ checksDescription: true });
});

afterEach(async () => {
  await running.close();
  await upstream.close();
  rmSync(home, { recursive: true, force: true });
});

async function start(provider: string): Promise<void> {
  const id = providerId.from(provider);
  const { baseUrls } = upstream;
  running = await startGateway({
    baseUrls,
    endpoints: { 'chat-only': { dialect: 'openai-chat', baseUrl: baseUrls['openai-chat'] } },
    deps: { defaultProvider: perDialect(() => id) },
  });
}

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs `codex exec` in its own home directory, with nothing from this process's environment. */
function codex(model: string, prompt: string): Promise<Outcome> {
  const config = [
    `model = "${model}"`,
    'model_provider = "postern"',
    '[model_providers.postern]',
    'name = "Postern"',
    `base_url = "${running.url}/v1"`,
    'env_key = "POSTERN_KEY"',
    'wire_api = "responses"',
    'request_max_retries = 0',
    'stream_max_retries = 0',
  ];
  writeFileSync(join(home, 'codex', 'config.toml'), `${config.join('\n')}\n`);
  const child = spawn(
    join(peerPath(PEER), 'vendor', TRIPLE, 'bin', 'codex'),
    [
      'exec',
      '--skip-git-repo-check',
      '--json',
      '--dangerously-bypass-approvals-and-sandbox',
      prompt,
    ],
    {
      cwd: work,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        CODEX_HOME: join(home, 'codex'),
        POSTERN_KEY: running.key,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 90_000,
    },
  );
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, output: Buffer.concat(output).toString() });
    });
  });
}

const PATCH = [
  '*** Begin Patch',
  '*** Add File: answer.txt',
  '+"quoted" \\ back: grüße, 😀',
  '*** End Patch',
  '',
].join('\n');
const SCRIPT = [
  'const { output } = await tools.exec_command({ cmd: "cat note.txt" });',
  `await tools.apply_patch(${JSON.stringify(PATCH)});`,
  'text(output);',
].join('\n');

/** The calls of a session, one in each answer: the name of the tool without its namespace, and its input. */
type Script = readonly (readonly [tool: string, input: Readonly<Record<string, string>>])[];

const SESSIONS: Readonly<Record<string, Script>> = {
  'gpt-5.5': [
    ['exec_command', { cmd: 'cat note.txt' }],
    ['apply_patch', { input: PATCH }],
  ],
  'gpt-6.2-sol': [['exec', { input: SCRIPT }]],
};

/** Calls the tools of the script one after another, then answers with the word. */
function follow(script: Script): (request: RecordedRequest) => FakeReply {
  return ({ json, index }) => {
    const body = isJsonObject(json) ? json : {};
    const text = JSON.stringify(body['messages'] ?? null);
    const next = script[index];
    if (next === undefined) {
      return textReply(text.includes(SECRET_WORD) ? `It is ${SECRET_WORD}.` : 'There was no word.');
    }
    const [tool, input] = next;
    const names = JSON.stringify(body['tools'] ?? null).matchAll(/"name":"([^"]*)"/g);
    const name = [...names]
      .map(([, found = '']) => found)
      .find((found) => found === tool || found.startsWith(`functions__${tool}_`));
    if (name === undefined) return textReply(`There is no tool ${tool}.`);
    return {
      kind: 'answer',
      parts: [
        { kind: 'thinking', text: `I call ${tool}.`, signature: 'c2lnbmVk' },
        { kind: 'tool-call', id: `call_${index}`, name, input },
      ],
      chunking: { bytes: 11 },
    };
  };
}

const MATRIX = Object.entries(PATHS).flatMap(([provider, path]) =>
  Object.entries(SESSIONS).map(([model, script]) => ({ provider, path, model, script })),
);

describe.skipIf(skip)('codex exec', () => {
  it.each(MATRIX)(
    'reads a file and makes another one as $model at $path',
    async ({ provider, path, model, script }) => {
      await start(provider);
      upstream.respond(follow(script));
      const { code, output } = await codex(model, 'Which word is in note.txt?');
      expect(output).toContain(`It is ${SECRET_WORD}.`);
      expect(code).toBe(0);
      const made = join(work, 'answer.txt');
      expect(existsSync(made) && readFileSync(made, 'utf8')).toBe('"quoted" \\ back: grüße, 😀\n');
      expect(upstream.violations).toEqual([]);
      expect(upstream.requests.map((request) => request.path)).toEqual(
        Array.from({ length: script.length + 1 }, () => path),
      );
      if (provider === 'anthropic') {
        const last = (await upstream.request(script.length)).body.toString();
        expect(last.split('"signature":"c2lnbmVk"')).toHaveLength(script.length + 1);
      }
      expect(
        running.entries.every(({ streamed, ending }) => streamed && ending === 'complete'),
      ).toBe(true);
    },
  );
});
