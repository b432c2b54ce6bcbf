import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  runPostern,
  startFakeUpstream,
  type FakeUpstream,
  type FreshHome,
  type PosternOptions,
} from '@postern/testing';
import { expect } from 'vitest';
import { PASSPHRASE } from './walk-first-run.ts';

/** A home with a vault and a provider `box` with its key, which is a fake upstream. */
export interface BoxHome extends AsyncDisposable {
  readonly home: FreshHome;
  readonly upstream: FakeUpstream;
  readonly options: PosternOptions;
}

export async function boxHome(): Promise<BoxHome> {
  const home = freshHome();
  const upstream = await startFakeUpstream();
  const options = { environment: home.environment, passphrase: PASSPHRASE };
  const directory = join(home.path, '.config', 'postern');
  mkdirSync(directory, { recursive: true });
  const box = { dialect: 'openai-chat', baseUrl: upstream.baseUrls['openai-chat'] };
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ providers: { box } }));
  const input = 'sk-the-value-that-is-long-enough';
  expect(await runPostern(['secret', 'set', 'box'], { ...options, input })).toMatchObject({
    code: 0,
  });
  return {
    home,
    upstream,
    options,
    [Symbol.asyncDispose]: async () => {
      await upstream.close();
      home[Symbol.dispose]();
    },
  };
}
