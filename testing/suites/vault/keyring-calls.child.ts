/**
 * Calls the real keyring in a separate process, because libdbus supports only one session bus per
 * process. Prints one JSON line for each step on the command line.
 */
import { revealSecret, Secret, type Result } from '@postern/kernel';
import { createOsKeyring, exitProcess, probeKeyring } from '@postern/vault';
import { randomBytes } from 'node:crypto';

const busAddress = process.env['DBUS_SESSION_BUS_ADDRESS'];
const keyring = createOsKeyring({
  timeLimitMs: 4000,
  ...(busAddress === undefined ? {} : { busAddress }),
});
const randomness = { bytes: (count: number) => randomBytes(count) };

const STEPS: Readonly<Record<string, () => Promise<unknown>>> = {
  probe: () => probeKeyring(keyring, randomness),
  set: () => keyring.set('account', Secret.of('value')),
  get: async () => plain(await keyring.get('account')),
  remove: () => keyring.remove('account'),
  'get-other': async () => plain(await keyring.get('no such account')),
};

function plain(result: Result<Secret | undefined, unknown>): unknown {
  if (!result.ok) return result;
  return { ok: true, value: result.value === undefined ? null : revealSecret(result.value) };
}

let beats = 0;
setInterval(() => (beats += 1), 10);

for (const step of process.argv.slice(2)) {
  beats = 0;
  const answer = await STEPS[step]?.();
  process.stdout.write(`${JSON.stringify({ step, answer, beats })}\n`);
}
// This also works while a call waits for a prompt.
exitProcess(keyring, 5);
