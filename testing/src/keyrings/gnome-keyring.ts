import { startProgram } from '../run-program.ts';
import { pathOfProgram } from '../system-programs/system-programs.ts';
import { callSecretService, type KeyringService } from './keyring-service.ts';

const PASSWORD = 'the login password of a test';
const LOGIN = '/org/freedesktop/secrets/collection/login';

/** GNOME Keyring. Its login collection unlocks with a password on standard input. */
export const GNOME_KEYRING: KeyringService = {
  name: 'GNOME Keyring',
  programs: ['gnome-keyring-daemon'],
  kinds: ['unlocked', 'locked', 'prompting', 'denied', 'no-collection'],
  collection: LOGIN,
  start: ({ environment }, kind) =>
    Promise.resolve(
      startProgram(
        pathOfProgram('gnome-keyring-daemon') ?? 'gnome-keyring-daemon',
        ['--foreground', '--components=secrets', ...(kind === 'no-collection' ? [] : ['--unlock'])],
        { environment, input: PASSWORD },
      ),
    ),
  lock: async ({ run }) => {
    await callSecretService(run, 'Lock', `['${LOGIN}']`);
  },
};
