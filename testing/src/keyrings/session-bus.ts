import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SessionBusOptions {
  /** Programs that the bus starts on demand: well-known name → command line. */
  readonly services?: Readonly<Record<string, string>>;
  /** Lines of policy, dbus-daemon(1), such as a `<deny send_destination="…"/>`. */
  readonly policy?: string;
}

/** A session bus of its own, with a home of its own, and nothing on it but what is asked for. */
export interface SessionBus {
  /** The environment of whoever is to find this bus and no other. */
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  /** Starts a program of the session; it ends with the bus. `input` is its whole standard input. */
  start(command: string, parameters: readonly string[], input?: string): ChildProcess;
  /** Returns once a well-known name has an owner. */
  waitFor(name: string): Promise<void>;
  /** Calls a method by dbus-send(1) and gives what it prints. */
  call(destination: string, path: string, method: string, ...parameters: readonly string[]): string;
  stop(): Promise<void>;
}

/** Why no session bus can be started here; undefined where one can. */
export function whyNoSessionBus(): string | undefined {
  if (process.platform !== 'linux') return 'a session bus needs Linux';
  const { error } = spawnSync('dbus-daemon', ['--version']);
  return error === undefined ? undefined : 'dbus-daemon is not installed';
}

export async function startSessionBus(options: SessionBusOptions = {}): Promise<SessionBus> {
  const home = await mkdtemp(join(tmpdir(), 'postern-bus-'));
  const config = await writeConfiguration(home, options);
  const base = { HOME: home, XDG_RUNTIME_DIR: home, PATH: process.env['PATH'] ?? '' };
  const parameters = [`--config-file=${config}`, '--nofork', '--nopidfile', '--print-address'];
  const daemon = spawn('dbus-daemon', parameters, {
    env: base,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const address = String(await once(daemon.stdout, 'data')).trim();
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: address };
  const started: ChildProcess[] = [daemon];
  const send = (...words: readonly string[]) =>
    spawnSync('dbus-send', ['--session', '--print-reply', ...words], {
      env,
      encoding: 'utf8',
      timeout: 10_000,
    });

  return {
    env,
    home,
    start: (command, words, input = '') => {
      const child = spawn(command, words, { env, stdio: ['pipe', 'ignore', 'ignore'] });
      child.stdin.end(input);
      started.push(child);
      return child;
    },
    waitFor: async (name) => {
      const query = [...ON_BUS, 'org.freedesktop.DBus.NameHasOwner', `string:${name}`];
      for (let attempt = 0; !send(...query).stdout.includes('true'); attempt += 1) {
        if (attempt > 200) throw new Error(`${name} did not appear on the bus`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    call: (destination, path, method, ...words) =>
      send(`--dest=${destination}`, path, method, ...words).stdout,
    stop: async () => {
      for (const child of started.reverse()) await end(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}

const ON_BUS = ['--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];

async function writeConfiguration(home: string, options: SessionBusOptions): Promise<string> {
  const services = join(home, 'services');
  await mkdir(services);
  for (const [name, command] of Object.entries(options.services ?? {})) {
    const text = `[D-BUS Service]\nName=${name}\nExec=${command}\n`;
    await writeFile(join(services, `${name}.service`), text);
  }
  const path = join(home, 'bus.conf');
  await writeFile(
    path,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
      "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
    <busconfig>
      <type>session</type>
      <listen>unix:dir=${home}</listen>
      <servicedir>${services}</servicedir>
      <policy context="default">
        <allow send_destination="*"/>
        <allow receive_sender="*"/>
        <allow own="*"/>
      </policy>
      <policy context="mandatory">${options.policy ?? ''}</policy>
    </busconfig>`,
  );
  return path;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
