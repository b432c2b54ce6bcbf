import { describe, expect, it } from 'vitest';
import { classifyKeyringError } from './classify-keyring-error.ts';
import type { KeyringFailure } from './keyring-port.ts';

/** Messages caused by real services and buses. The suites in `testing/` cause them again. */
const RECORDED: readonly (readonly [string, KeyringFailure])[] = [
  [
    'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time, set your DBUS_SESSION_BUS_ADDRESS instead',
    { reason: 'keyring-unavailable', cause: 'no-bus' },
  ],
  [
    'Platform failure: DBus error: Failed to connect to socket /run/user/1000/bus: No such file or directory',
    { reason: 'keyring-unavailable', cause: 'no-bus' },
  ],
  [
    'Platform failure: DBus error: The name org.freedesktop.secrets was not provided by any .service files',
    { reason: 'keyring-unavailable', cause: 'no-service' },
  ],
  [
    "Couldn't access platform storage: Secret Service: no result found",
    { reason: 'keyring-unavailable', cause: 'no-collection' },
  ],
  [
    'Platform failure: DBus error: Did not receive a reply. Possible causes include: the remote application did not send a reply, the message bus security policy blocked the reply, the reply timeout expired, or the network connection was broken.',
    { reason: 'keyring-unavailable', cause: 'no-answer' },
  ],
  [
    'Platform failure: DBus error: Message recipient disconnected from message bus without replying',
    { reason: 'keyring-unavailable', cause: 'no-answer' },
  ],
  [
    "Couldn't access platform storage: Secret Service: unlock prompt was dismissed",
    { reason: 'keyring-locked' },
  ],
  [
    'zbus error: org.freedesktop.Secret.Error.IsLocked: Cannot get secret of a locked object',
    { reason: 'keyring-locked' },
  ],
  [
    'Platform failure: DBus error: Rejected send message, 2 matched rules; type="method_call", sender=":1.1" interface="org.freedesktop.Secret.Service" destination="org.freedesktop.secrets"',
    { reason: 'keyring-denied' },
  ],
  ['something entirely new', { reason: 'keyring-unavailable', cause: 'unknown' }],
];

describe('a message of the keyring library', () => {
  it.each(RECORDED)('%s', (message, failure) => {
    expect(classifyKeyringError(new Error(message))).toEqual(failure);
  });

  it("is unknown if it isn't an error", () => {
    expect(classifyKeyringError('text')).toEqual({
      reason: 'keyring-unavailable',
      cause: 'unknown',
    });
  });
});
