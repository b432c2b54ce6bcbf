import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  freshHome,
  runPostern,
  startFakeUpstream,
  startPostern,
  type FakeUpstream,
  type FreshHome,
  type RunningProgram,
} from '@postern/testing';
import { expect, onTestFinished } from 'vitest';

export const PASSPHRASE = 'three blind mice run';

/** A home with a vault, a provider `box` with its key, and a gateway key. */
export interface ServePlace {
  readonly home: FreshHome;
  readonly directory: string;
  readonly upstream: FakeUpstream;
  readonly key: string;
  /** Writes the configuration, with the provider `box` and further settings of it. */
  configure(settings: object, ofProvider?: object): void;
  /** Runs a command on this home. */
  run(parameters: readonly string[], input?: string): ReturnType<typeof runPostern>;
}

/** A running `postern serve`. */
export interface ServingProcess {
  readonly program: RunningProgram;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
}

export async function servePlace(): Promise<ServePlace> {
  const home = freshHome();
  const upstream = await startFakeUpstream();
  onTestFinished(async () => {
    await upstream.close();
    home[Symbol.dispose]();
  });
  const directory = join(home.path, 'state');
  mkdirSync(directory, { mode: 0o700 });
  const provider = {
    dialect: 'openai-chat',
    baseUrl: upstream.baseUrls['openai-chat'],
    models: ['gpt-x'],
  };
  const place = {
    home,
    directory,
    upstream,
    configure: (settings: object, ofProvider: object = {}) => {
      const providers = { box: { ...provider, ...ofProvider } };
      const text = JSON.stringify({ providers, ...settings });
      writeFileSync(join(directory, 'config.json'), text);
    },
    run: async (parameters: readonly string[], input?: string) =>
      await runPostern(['--home', directory, ...parameters], {
        environment: home.environment,
        passphrase: PASSPHRASE,
        ...(input === undefined ? {} : { input }),
      }),
  };
  place.configure({});
  const stored = await place.run(['secret', 'set', 'box'], 'sk-upstream-key-of-the-test');
  expect(stored.code, stored.stderr).toBe(0);
  const created = await place.run([
    ...['key', 'create', 'laptop', '--model', 'box/gpt-x', '--model', 'shelf/gpt-x'],
  ]);
  expect(created.code, created.stderr).toBe(0);
  return { ...place, key: /sk-postern-\S+/.exec(created.stdout)?.[0] ?? '' };
}

export async function startServing(
  { home, directory }: ServePlace,
  parameters: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServingProcess> {
  const program = startPostern(['--home', directory, 'serve', '--port', '0', ...parameters], {
    environment: { ...home.environment, ...environment },
    passphrase: PASSPHRASE,
  });
  const [, url = ''] = await program.waitFor(/Gateway\s+(http:\S+)\/v1\s/);
  onTestFinished(async () => {
    await program.stop('SIGKILL');
  });
  return { program, url };
}

/** Opens a stream and returns a function that reads it to its end. */
export async function openStream(
  url: string,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<() => Promise<string>> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      model: 'box/gpt-x',
      stream: true,
      messages: [{ role: 'user', content: 'Hello' }],
    }),
  });
  expect(response.status).toBe(200);
  return async () => await response.text();
}

/** The processes that a process started (proc_pid_task_children(5)). */
export async function workersOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return text.trim().split(' ').map(Number);
}
