import { homedir } from 'node:os';
import type { UserPlaces } from '@postern/app';

/** The environment variables that Postern reads. No other file reads them. */
export interface Environment extends UserPlaces {
  /** Where systemd puts credentials (systemd.exec(5), LoadCredential=). */
  readonly credentialsDirectory: string | undefined;
  /** A service's own directory, from systemd (systemd.exec(5), StateDirectory=). */
  readonly stateDirectory: string | undefined;
  /** Where systemd receives messages of a service (sd_notify(3)). */
  readonly notifySocket: string | undefined;
  /** How often systemd expects a sign of life, in milliseconds (sd_watchdog_enabled(3)). */
  readonly watchdogMs: number | undefined;
  /** A passphrase in the environment is accepted, with a warning. */
  readonly passphrase: string | undefined;
  /** The address of the session bus, where the Secret Service is. */
  readonly sessionBus: string | undefined;
  readonly hasDisplay: boolean;
  readonly wantsColour: boolean;
  /** The whole environment, for the command that `run` starts. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export function readEnvironment(): Environment {
  const { env } = process;
  const value = (name: string): string | undefined => {
    const text = env[name];
    return text === undefined || text === '' ? undefined : text;
  };
  const absolute = (name: string): string | undefined => {
    // The XDG specification: relative paths are invalid and ignored.
    const text = value(name);
    return text?.startsWith('/') === true ? text : undefined;
  };
  return {
    home: value('HOME') ?? homeInUserDatabase(),
    xdgConfigHome: absolute('XDG_CONFIG_HOME'),
    xdgDataHome: absolute('XDG_DATA_HOME'),
    xdgRuntimeDir: absolute('XDG_RUNTIME_DIR'),
    credentialsDirectory: value('CREDENTIALS_DIRECTORY'),
    // Several directories are separated by colons.
    stateDirectory: absolute('STATE_DIRECTORY')?.split(':')[0],
    notifySocket: value('NOTIFY_SOCKET'),
    watchdogMs: watchdogMs(value('WATCHDOG_USEC')),
    passphrase: value('POSTERN_PASSPHRASE'),
    sessionBus: value('DBUS_SESSION_BUS_ADDRESS') ?? userBus(absolute('XDG_RUNTIME_DIR')),
    hasDisplay:
      process.platform !== 'linux' ||
      value('DISPLAY') !== undefined ||
      value('WAYLAND_DISPLAY') !== undefined,
    variables: env,
    wantsColour: value('NO_COLOR') === undefined && value('TERM') !== 'dumb',
  };
}

function watchdogMs(microseconds: string | undefined): number | undefined {
  return /^[1-9]\d{0,12}$/.test(microseconds ?? '') ? Number(microseconds) / 1000 : undefined;
}

/** The default location of a user's bus under systemd (pam_systemd(8)). */
function userBus(runtimeDir: string | undefined): string | undefined {
  return runtimeDir === undefined ? undefined : `unix:path=${runtimeDir}/bus`;
}

/** A user id without a database entry has only the home in `HOME`; containers set it to `/`. */
function homeInUserDatabase(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}
