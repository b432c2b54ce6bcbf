// A separate process that appends to the log in the given directory until it is killed. It prints
// the number of each record that the log has acknowledged.
import { openAuditLog } from '@postern/audit';
import { expectOk, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';

const [directory = '', key = '', flush = ''] = process.argv.slice(2);

const log = expectOk(
  await openAuditLog({
    directory,
    key: Secret.of(key),
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    actor: { uid: 0, pid: process.pid, executable: null },
    maxSegmentBytes: 4000,
    flush: flush === 'by-system' ? 'by-system' : 'every-batch',
  }),
);
const subject = { kind: 'secret', name: secretName.from('openai') } as const;
for (;;) {
  const batch = Array.from({ length: 5 }, () =>
    log.append({ action: 'secret.use', outcome: 'success', subject }),
  );
  const written = await Promise.all(batch);
  process.stdout.write(written.map((record) => `${expectOk(record).seq}\n`).join(''));
}
