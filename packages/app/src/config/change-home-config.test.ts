import { expectOk } from '@postern/kernel';
import { takeLock } from '@postern/disk';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { changeHomeConfig } from './change-home-config.ts';
import type { Home } from './home.ts';
import { loadConfig } from './load-config.ts';

const CHANGES = 40;

function newHome(): Home {
  const configDir = scratchDirectory();
  const dataDir = join(configDir, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  return { configDir, dataDir, configFile: join(configDir, 'config.json'), runtimeDir: dataDir };
}

/** Starts a process that adds hosts to the configuration once it is told to go. Ends with 0 if every change succeeded. */
async function startWriter(home: Home, name: string): Promise<() => Promise<unknown>> {
  const script = `
    import { once } from 'node:events';
    import { changeHomeConfig } from './change-home-config.ts';
    console.log('ready');
    await once(process.stdin, 'data');
    for (let at = 0; at < ${String(CHANGES)}; at += 1) {
      const changed = changeHomeConfig(${JSON.stringify(home)}, (written) => ({
        ...written,
        localHosts: [...(written.localHosts ?? []), '${name}' + String(at) + '.lan'],
      }));
      if (!changed.ok) throw new Error(JSON.stringify(changed.failure));
    }
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return async () => {
    child.stdin.write('go');
    await once(child, 'exit');
    return child.exitCode;
  };
}

test(
  'no change is lost if two processes change the configuration at once',
  {
    timeout: 60_000,
  },
  async () => {
    const home = newHome();
    const writers = await Promise.all([startWriter(home, 'one'), startWriter(home, 'two')]);
    expect(await Promise.all(writers.map(async (go) => await go()))).toEqual([0, 0]);
    const { localHosts } = expectOk(loadConfig(home.configFile)).config;
    expect(new Set(localHosts).size).toBe(2 * CHANGES);
  },
);

test('a process that holds the lock for long is waited for, and then reported', () => {
  const home = newHome();
  const lock = expectOk(takeLock(join(home.dataDir, 'config.lock')));
  const change = () => changeHomeConfig(home, (written) => ({ ...written, port: 7000 }), 10);
  expect(change()).toMatchObject({ failure: { code: 'CONFIG_BUSY' } });
  lock.release();
  expect(change()).toMatchObject({ ok: true, value: { config: { port: 7000 } } });
});
