import { failed, ok, Secret, type Clock, type Randomness, type Result } from '@postern/kernel';
import { problem, secretName, type Problem } from '@postern/protocol';
import { sameText } from '@postern/importers';
import { DEFAULT_FIELD, singleValue } from '@postern/vault';
import type { OpenVault } from '../vault/open-vault.ts';

/**
 * Writes, reads and removes a test value in the real storage. Returns the duration in milliseconds.
 */
export async function testStorage(
  { clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness },
  vault: Pick<OpenVault, 'get' | 'put' | 'remove'>,
): Promise<Result<number, Problem>> {
  const mark = Buffer.from(randomness.bytes(16)).toString('hex');
  const name = secretName.from(`postern-probe-${mark.slice(0, 12)}`);
  const startedMs = clock.monotonicMs();
  const written = await vault.put(singleValue(name, Secret.of(mark), clock.nowMs()));
  const read = await vault.get(name, { action: 'secret.use' });
  // Removed in any case: the test value must not stay.
  const removed = await vault.remove(name);
  if (!written.ok) return written;
  if (!read.ok) return read;
  if (!removed.ok) return removed;
  const value = read.value?.fields.get(DEFAULT_FIELD);
  if (value === undefined || !removed.value || !sameText(value, Secret.of(mark))) {
    const message = "The storage didn't return what was written to it.";
    return failed(problem('STORAGE_FAILED', message));
  }
  return ok(Math.round(clock.monotonicMs() - startedMs));
}
