import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshHome } from '../fresh-home.ts';
import { runProgram, type RunningProgram } from '../run-program.ts';
import { whyNoPrograms } from '../system-programs/system-programs.ts';
import { GNOME_KEYRING } from './gnome-keyring.ts';
import {
  callSecretService,
  type KeyringKind,
  type KeyringPlace,
  type KeyringService,
} from './keyring-service.ts';
import { startSessionBus } from './session-bus.ts';

/**
 * A desktop session without a desktop: a private home, a private bus and a keyring of the given
 * kind.
 */
export interface KeyringSession extends KeyringPlace, AsyncDisposable {
  /** Locks the collection with the alias `default`. */
  lock(): Promise<void>;
  /** Kills the keyring in the middle of its work; its name disappears from the bus. */
  killKeyring(): Promise<void>;
  /** Crashes the keyring; resolves when it is started again. */
  crashKeyring(): Promise<void>;
  /** The keyring stays on the bus but doesn't respond until it is resumed. */
  pauseKeyring(): void;
  resumeKeyring(): void;
}

const READY_TIMEOUT_MS = 180_000;
const POLL_MS = 50;

/** Returns why a session with that keyring can't be started here; undefined if it can. */
export function whyNoKeyringSession(service: KeyringService = GNOME_KEYRING): string | undefined {
  return whyNoPrograms(['dbus-daemon', 'gdbus', ...service.programs]);
}

export async function startKeyringSession(
  kind: KeyringKind,
  service: KeyringService = GNOME_KEYRING,
): Promise<KeyringSession> {
  const home = freshHome();
  const programs: RunningProgram[] = [];
  const bus = join(home.environment['XDG_RUNTIME_DIR'] ?? '', 'bus');
  const environment = {
    ...home.environment,
    ...(kind === 'no-bus' ? {} : { DBUS_SESSION_BUS_ADDRESS: `unix:path=${bus}` }),
  };
  const run: KeyringSession['run'] = (command, parameters, input) =>
    runProgram(command, parameters, { environment, ...(input === undefined ? {} : { input }) });
  const place: KeyringPlace = { home, environment, run };
  let keyring: SupervisedKeyring | undefined;
  if (kind !== 'no-bus') programs.push(await startSessionBus(home, bus, kind));
  if (kind !== 'no-bus' && kind !== 'no-keyring') {
    keyring = await supervise(() => startKeyring(place, service, kind));
  }
  const session: KeyringSession = {
    ...place,
    lock: () => service.lock(place),
    killKeyring: async () => {
      await keyring?.stop();
    },
    crashKeyring: async () => {
      await keyring?.crash();
    },
    pauseKeyring: () => {
      keyring?.send('SIGSTOP');
    },
    resumeKeyring: () => {
      keyring?.send('SIGCONT');
    },
    [Symbol.asyncDispose]: async () => {
      await keyring?.stop();
      for (const program of programs.toReversed()) await program.stop('SIGKILL');
      home[Symbol.dispose]();
    },
  };
  if (kind === 'locked') await session.lock();
  return session;
}

interface SupervisedKeyring {
  send(signal: NodeJS.Signals): void;
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Restarts a keyring that crashes, as the service manager of a desktop does (GNOME Keyring's service
 * has Restart=on-failure). It is unlocked again here; on a desktop the user unlocks it.
 */
async function supervise(start: () => Promise<RunningProgram>): Promise<SupervisedKeyring> {
  let isStopped = false;
  let keyring = await start();
  let restarted = Promise.withResolvers<undefined>();
  const restartAfterCrash = async (): Promise<void> => {
    for (;;) {
      const { signal } = await keyring.ended;
      if (isStopped || signal === null) return;
      process.stderr.write(`the keyring crashed (${signal}); it is started again\n`);
      keyring = await start();
      restarted.resolve(undefined);
      restarted = Promise.withResolvers();
    }
  };
  const supervision = restartAfterCrash();
  // Where it could not be started again, the test reports that there is no keyring.
  supervision.catch(() => undefined);
  return {
    send: (signal) => {
      keyring.send(signal);
    },
    crash: async () => {
      const back = restarted.promise;
      keyring.send('SIGSEGV');
      await Promise.race([back, supervision]);
    },
    stop: async () => {
      isStopped = true;
      await keyring.stop('SIGKILL');
      await supervision.catch(() => undefined);
      await keyring.stop('SIGKILL');
    },
  };
}

async function startKeyring(
  place: KeyringPlace,
  service: KeyringService,
  kind: KeyringKind,
): Promise<RunningProgram> {
  if (!service.kinds.includes(kind))
    throw new Error(`${service.name} doesn't support the kind ${kind}`);
  const keyring = await service.start(place, kind);
  const isReady = async (): Promise<boolean> => {
    const { stdout, stderr } = await callSecretService(place.run, 'ReadAlias', "'default'");
    // A denied keyring counts as ready. Without a collection, the alias is "/".
    if (kind === 'denied') return stderr.includes('AccessDenied');
    return stdout.includes(kind === 'no-collection' ? "'/'" : service.collection);
  };
  const untilMs = Date.now() + READY_TIMEOUT_MS;
  while (!(await isReady())) {
    if (Date.now() > untilMs) {
      const { stderr } = await keyring.stop('SIGKILL');
      throw new Error(`${service.name} did not become ready: ${stderr}`);
    }
    await sleep(POLL_MS);
  }
  return keyring;
}
