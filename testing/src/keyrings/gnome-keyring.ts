import { spawnSync, type ChildProcess } from 'node:child_process';
import type { SessionBus } from './session-bus.ts';

const SECRETS = 'org.freedesktop.secrets';
const LOGIN = '/org/freedesktop/secrets/collection/login';

/** GNOME Keyring on a session bus. */
export interface GnomeKeyring {
  readonly daemon: ChildProcess;
  /** Locks the login keyring; unlocking it would take a prompt. */
  lock(): void;
}

/** Why GNOME Keyring cannot be started here; undefined where it can. */
export function whyNoGnomeKeyring(): string | undefined {
  const { error } = spawnSync('gnome-keyring-daemon', ['--version']);
  return error === undefined ? undefined : 'gnome-keyring-daemon is not installed';
}

/** Starts it with its login keyring made and unlocked, or, without `unlocked`, with none at all. */
export async function startGnomeKeyring(
  bus: SessionBus,
  { unlocked }: { readonly unlocked: boolean } = { unlocked: true },
): Promise<GnomeKeyring> {
  const parameters = ['--foreground', '--components=secrets'];
  const daemon = unlocked
    ? bus.start(
        'gnome-keyring-daemon',
        [...parameters, '--unlock'],
        'password of the login keyring',
      )
    : bus.start('gnome-keyring-daemon', parameters);
  await bus.waitFor(SECRETS);
  return {
    daemon,
    lock: () => {
      bus.call(
        SECRETS,
        '/org/freedesktop/secrets',
        'org.freedesktop.Secret.Service.Lock',
        `array:objpath:${LOGIN}`,
      );
    },
  };
}
