import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upPostern, type PosternUp } from '@postern/testing';
import { PASSPHRASE, seedHome, type Seeded, type SeedPlan } from './seed-home.ts';

/** As many chats as years of daily use leave. `--small` is for trying the benchmark itself. */
export const PLAN: SeedPlan = process.argv.includes('--small')
  ? { chats: 100, messages: 1000, longMessages: 2000 }
  : { chats: 5000, messages: 200_000, longMessages: 10_000 };

export interface BenchHome extends AsyncDisposable {
  readonly postern: PosternUp;
  readonly seeded: Seeded;
  /** Resident memory of the process in MB: now, and at its highest. */
  memory(): { readonly now: number; readonly highest: number };
}

/** Postern with an unlocked vault and many chats. */
export async function benchHome(plan: SeedPlan): Promise<BenchHome> {
  const stack = new AsyncDisposableStack();
  const home = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  stack.defer(() => {
    rmSync(home, { recursive: true, force: true });
  });
  const seeded = await seedHome(home, plan);
  const environment = { HOME: home, XDG_RUNTIME_DIR: home, PATH: process.env['PATH'] ?? '' };
  const options = { environment, passphrase: PASSPHRASE };
  const postern = stack.use(await upPostern(options, ['--home', join(home, 'postern')]));
  return {
    postern,
    seeded,
    memory: () => memoryOf(postern.program.pid),
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync();
    },
  };
}

function memoryOf(pid: number): { readonly now: number; readonly highest: number } {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: megabytes('VmRSS'), highest: megabytes('VmHWM') };
}
