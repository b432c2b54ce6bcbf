import { spawn } from 'node:child_process';
import { findCredentialsAsync } from '@napi-rs/keyring';
import { failed, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import { retryTransientErrors, classifyKeyringError, type KeyringFailure } from '@postern/vault';
import type { ForeignKeyring } from './foreign-keyring.ts';

const TIME_LIMIT_MS = 60_000;

/**
 * The items of other programs in the user's keyring. Finds items by any attributes with `secret-tool`
 * (libsecret), which prints the value on standard output, and items of a service with the library that
 * the vault uses. `environment` is the environment of `secret-tool`.
 */
export function osForeignKeyring(environment: Readonly<Record<string, string>>): ForeignKeyring {
  return {
    value: (attributes) => lookUp(attributes, environment),
    accounts: async (service) => {
      try {
        const found = await retryTransientErrors(() =>
          findCredentialsAsync(service, undefined, AbortSignal.timeout(TIME_LIMIT_MS)),
        );
        return ok(found.map(({ account, password }) => ({ account, value: Secret.of(password) })));
      } catch (error) {
        return failed(classifyKeyringError(error));
      }
    },
    remove: (attributes) => removeOne(attributes, environment),
  };
}

/** `secret-tool clear` removes all matching items, so it is only called if there is exactly one. */
async function removeOne(
  attributes: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<Result<boolean, KeyringFailure>> {
  const terms = Object.entries(attributes).flat();
  const found = await secretTool(['search', '--all', ...terms], environment);
  if (!found.ok) return found;
  const text = found.value === undefined ? '' : revealSecret(found.value);
  if (text.match(/^\[\/\S+\]$/gm)?.length !== 1) return ok(false);
  const removed = await secretTool(['clear', ...terms], environment);
  return removed.ok ? ok(true) : removed;
}

async function lookUp(
  attributes: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<Result<Secret | undefined, KeyringFailure>> {
  const terms = Object.entries(attributes).flat();
  const found = await secretTool(['lookup', ...terms], environment);
  if (!found.ok || found.value !== undefined) return found;
  // It prints nothing both for a locked item and for none. A search lists locked items too.
  const named = await secretTool(['search', ...terms], environment);
  if (!named.ok) return named;
  return named.value === undefined ? ok(undefined) : failed({ reason: 'keyring-locked' });
}

/** Its output; undefined if it found nothing. */
async function secretTool(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Result<Secret | undefined, KeyringFailure>> {
  try {
    return ok(await retryTransientErrors(() => runSecretTool(parameters, environment)));
  } catch (error) {
    return failed(classifyKeyringError(error));
  }
}

/** Runs `secret-tool`. Rejects with the message that it printed. */
function runSecretTool(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Secret | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn('secret-tool', parameters, {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIME_LIMIT_MS,
    });
    const output: Buffer[] = [];
    let message = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (message += chunk.toString()));
    child.on('error', () => {
      reject(new Error('secret-tool could not be started'));
    });
    child.on('close', (code) => {
      const text = Buffer.concat(output).toString();
      if (code === 0) resolve(text === '' ? undefined : Secret.of(text));
      else if (code === 1 && message === '') resolve(undefined);
      else reject(new Error(message));
    });
  });
}
