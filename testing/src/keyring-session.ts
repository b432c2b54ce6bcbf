import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshHome, type FreshHome } from './fresh-home.ts';
import { runProgram, startProgram, type Ended, type RunningProgram } from './run-program.ts';
import { pathOfProgram, whyNoPrograms } from './system-programs/system-programs.ts';

/**
 * `unlocked`: GNOME Keyring with an open login collection. `locked`: the same, its collection
 * locked, and nobody there to be asked. `prompting`: open, but once it is locked it asks for the
 * password without end. `denied`: open, but the bus lets nobody speak to it. `no-collection`: the
 * service without any collection. `no-keyring`: a session bus without a Secret Service. `no-bus`:
 * no session bus.
 */
export type KeyringKind =
  'unlocked' | 'locked' | 'prompting' | 'denied' | 'no-collection' | 'no-keyring' | 'no-bus';

/** A desktop session without a desktop: a private home, a private bus, a keyring of that kind. */
export interface KeyringSession extends AsyncDisposable {
  readonly home: FreshHome;
  /** The environment of a program in this session. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a program in the session to its end. */
  run(command: string, parameters: readonly string[], input?: string): Promise<Ended>;
  /** Locks the login collection. */
  lock(): Promise<void>;
  /** Stops the keyring in the middle of whatever it does; its name leaves the bus. */
  killKeyring(): Promise<void>;
  /** The keyring stays on the bus but answers nothing until it is resumed. */
  pauseKeyring(): void;
  resumeKeyring(): void;
}

const PASSWORD = 'the login password of a test';
const READY_TIMEOUT_MS = 20_000;
const POLL_MS = 50;
const LOGIN = '/org/freedesktop/secrets/collection/login';

/** Why no keyring session can be started here; undefined where one can. */
export function whyNoKeyringSession(): string | undefined {
  return whyNoPrograms(['dbus-daemon', 'gnome-keyring-daemon', 'gdbus']);
}

export async function startKeyringSession(kind: KeyringKind): Promise<KeyringSession> {
  const home = freshHome();
  const programs: RunningProgram[] = [];
  const bus = join(home.environment['XDG_RUNTIME_DIR'] ?? '', 'bus');
  const environment = {
    ...home.environment,
    ...(kind === 'no-bus' ? {} : { DBUS_SESSION_BUS_ADDRESS: `unix:path=${bus}` }),
  };
  const run: KeyringSession['run'] = (command, parameters, input) =>
    runProgram(command, parameters, { environment, ...(input === undefined ? {} : { input }) });
  let keyring: RunningProgram | undefined;
  if (kind !== 'no-bus') programs.push(await startBus(home, bus, kind));
  if (kind !== 'no-bus' && kind !== 'no-keyring') {
    keyring = await startKeyring(environment, run, kind);
    programs.push(keyring);
  }
  const session: KeyringSession = {
    home,
    environment,
    run,
    lock: async () => {
      await callSecretService(run, 'Lock', `['${LOGIN}']`);
    },
    killKeyring: async () => {
      await keyring?.stop('SIGKILL');
    },
    pauseKeyring: () => {
      keyring?.send('SIGSTOP');
    },
    resumeKeyring: () => {
      keyring?.send('SIGCONT');
    },
    [Symbol.asyncDispose]: async () => {
      for (const program of programs.toReversed()) await program.stop('SIGKILL');
      home[Symbol.dispose]();
    },
  };
  if (kind === 'locked') await session.lock();
  return session;
}

/**
 * A bus that starts no service by itself, so that a session has exactly what it was given; where it
 * is to prompt, GNOME Keyring's prompter is a program that never says a word.
 */
async function startBus(
  home: FreshHome,
  socket: string,
  kind: KeyringKind,
): Promise<RunningProgram> {
  const configuration = join(home.path, 'bus.conf');
  const services = join(home.path, 'services');
  mkdirSync(services);
  if (kind === 'prompting') {
    const prompter = 'org.gnome.keyring.SystemPrompter';
    const service = `[D-BUS Service]\nName=${prompter}\nExec=/bin/sleep 600\n`;
    writeFileSync(join(services, `${prompter}.service`), service);
  }
  const denied = kind === 'denied' ? '<deny send_destination="org.freedesktop.secrets"/>' : '';
  writeFileSync(
    configuration,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <policy context="mandatory">${denied}</policy>
</busconfig>
`,
  );
  const bus = startProgram(
    pathOfProgram('dbus-daemon') ?? 'dbus-daemon',
    [`--config-file=${configuration}`, '--nofork', '--nosyslog', '--print-address'],
    { environment: home.environment },
  );
  await bus.waitFor(/unix:path=/, READY_TIMEOUT_MS);
  return bus;
}

async function startKeyring(
  environment: Readonly<Record<string, string>>,
  run: KeyringSession['run'],
  kind: KeyringKind,
): Promise<RunningProgram> {
  const keyring = startProgram(
    pathOfProgram('gnome-keyring-daemon') ?? 'gnome-keyring-daemon',
    ['--foreground', '--components=secrets', ...(kind === 'no-collection' ? [] : ['--unlock'])],
    { environment, input: PASSWORD },
  );
  const isReady = async (): Promise<boolean> => {
    const { stdout, stderr } = await callSecretService(run, 'ReadAlias', "'default'");
    // What is denied is there; without a collection the alias is "/".
    if (kind === 'denied') return stderr.includes('AccessDenied');
    return stdout.includes(kind === 'no-collection' ? "'/'" : LOGIN);
  };
  const untilMs = Date.now() + READY_TIMEOUT_MS;
  while (!(await isReady())) {
    if (Date.now() > untilMs) {
      const { stderr } = await keyring.stop('SIGKILL');
      throw new Error(`gnome-keyring-daemon did not become ready: ${stderr}`);
    }
    await sleep(POLL_MS);
  }
  return keyring;
}

async function callSecretService(
  run: KeyringSession['run'],
  method: string,
  parameter: string,
): Promise<Ended> {
  return await run('gdbus', [
    ...['call', '--session', '--timeout', '10'],
    ...['--dest', 'org.freedesktop.secrets', '--object-path', '/org/freedesktop/secrets'],
    ...['--method', `org.freedesktop.Secret.Service.${method}`, parameter],
  ]);
}
