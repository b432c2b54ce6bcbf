import { homedir } from 'node:os';
import type { UserPlaces } from '@postern/app';

/** What Postern reads from the environment; nothing else looks there. */
export interface Environment extends UserPlaces {
  /** Where systemd puts credentials (systemd.exec(5), LoadCredential=). */
  readonly credentialsDirectory: string | undefined;
  /** A passphrase in the environment: works, but warns loudly. */
  readonly passphrase: string | undefined;
  /** The address of the session bus, where the Secret Service is. */
  readonly sessionBus: string | undefined;
  readonly hasDisplay: boolean;
  readonly wantsColour: boolean;
  /** All of it, for the command that `run` starts. */
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

/** Where systemd has a user's bus (systemd's pam_systemd(8)). */
function userBus(runtimeDir: string | undefined): string | undefined {
  return runtimeDir === undefined ? undefined : `unix:path=${runtimeDir}/bus`;
}

/** A user id without an entry there has no home but the one that `HOME` names: `/`, as containers say. */
function homeInUserDatabase(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}
