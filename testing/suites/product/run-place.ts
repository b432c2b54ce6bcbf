import { leakCanary, runPostern, startKeyringSession, startPostern } from '@postern/testing';
import { freshHome, type Ended, type LeakCanary, type RunningProgram } from '@postern/testing';

const PASSPHRASE = 'three blind mice run';

export type PlaceKind = 'the encrypted file' | 'the keyring' | 'an agent';

/** A home with a vault that contains the secrets `openai` and `proxy` with marked values. */
export interface RunPlace extends AsyncDisposable {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly canary: LeakCanary;
  /** The value of `openai`. */
  readonly value: string;
  /** Runs `postern` to its end. */
  run(
    parameters: readonly string[],
    options?: { input?: string; environment?: Readonly<Record<string, string>> },
  ): Promise<Ended>;
  start(parameters: readonly string[]): RunningProgram;
  /** The audit log's records of one action, as `SUBJECT PROGRAM`. */
  audited(action: string): Promise<readonly string[]>;
}

/** With the encrypted file, each command gets the passphrase; with an agent, none does. */
export async function runPlace(kind: PlaceKind): Promise<RunPlace> {
  const session = kind === 'the keyring' ? await startKeyringSession('unlocked') : undefined;
  const home = session?.home ?? freshHome();
  const environment = session?.environment ?? home.environment;
  const canary = leakCanary();
  const value = canary.plant('a stored secret', (mark) => `sk-ant-api03-${mark}`);
  const given = { passphrase: PASSPHRASE };
  const set = async (name: string, input: string): Promise<void> => {
    const ended = await runPostern(['secret', 'set', name], { environment, input, ...given });
    if (ended.code !== 0) throw new Error(ended.stderr);
  };
  await set('openai', value);
  await set('proxy', canary.plant('another stored secret'));
  const agent =
    kind === 'an agent'
      ? startPostern(['agent', '--ttl', '1h'], { environment, ...given })
      : undefined;
  await agent?.waitFor(/The vault is unlocked/);
  const unlock = kind === 'the encrypted file' ? given : {};
  const run: RunPlace['run'] = async (parameters, options = {}) =>
    await runPostern(parameters, {
      environment: { ...environment, ...options.environment },
      ...(options.input === undefined ? {} : { input: options.input }),
      ...unlock,
    });
  return {
    home: home.path,
    environment,
    canary,
    value,
    run,
    start: (parameters) => startPostern(parameters, { environment, ...unlock }),
    audited: async (action) => {
      const { stdout } = await run(['audit', 'tail', '--json', '--lines', '500']);
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- what the product prints
      const records = JSON.parse(stdout) as readonly {
        action: string;
        subject?: { name?: string };
        program?: string;
      }[];
      return records
        .filter((record) => record.action === action)
        .map(({ subject, program }) => `${subject?.name ?? '-'} ${program ?? '-'}`);
    },
    [Symbol.asyncDispose]: async () => {
      await agent?.stop();
      if (session === undefined) home[Symbol.dispose]();
      else await session[Symbol.asyncDispose]();
    },
  };
}
