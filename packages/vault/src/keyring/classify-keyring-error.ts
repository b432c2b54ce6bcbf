import type { KeyringFailure } from './keyring-port.ts';

/**
 * Maps messages of the keyring library to failures; the first matching row wins. Recorded from
 * @napi-rs/keyring 2.1.2 (crates keyring-core and dbus-secret-service) with GNOME Keyring, KeePassXC,
 * KWallet and D-Bus. The messages themselves are dropped because they may contain attributes.
 */
const MEANINGS: readonly (readonly [RegExp, KeyringFailure])[] = [
  [
    /prompt was dismissed|IsLocked|is locked|interaction is not allowed/i,
    { reason: 'keyring-locked' },
  ],
  [
    /AccessDenied|Rejected send message|authorization|access denied|not permitted/i,
    { reason: 'keyring-denied' },
  ],
  [/read back otherwise/, { reason: 'keyring-unavailable', cause: 'not-keeping' }],
  [/no result found/i, { reason: 'keyring-unavailable', cause: 'no-collection' }],
  [
    /not provided by any \.service|ServiceUnknown|Spawn\./i,
    { reason: 'keyring-unavailable', cause: 'no-service' },
  ],
  [
    /Did not receive a reply|NoReply|disconnected|timed? ?out/i,
    { reason: 'keyring-unavailable', cause: 'no-answer' },
  ],
  [
    /autolaunch|Failed to connect|DBUS_SESSION_BUS_ADDRESS|No such file|Connection refused/i,
    { reason: 'keyring-unavailable', cause: 'no-bus' },
  ],
];

export function classifyKeyringError(error: unknown): KeyringFailure {
  const message = error instanceof Error ? error.message : '';
  const row = MEANINGS.find(([pattern]) => pattern.test(message));
  return row?.[1] ?? { reason: 'keyring-unavailable', cause: 'unknown' };
}
