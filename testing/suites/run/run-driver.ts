// Run as a process of its own: runs the command in its first parameter as `postern run` would, the
// secrets coming in through a file (never through parameters, which others can see).
import { readFileSync } from 'node:fs';
import { Secret } from '@postern/kernel';
import { findProgram, processSignals, runCommand, runIoOf, type Via } from '@postern/run';

/** What the driver is told. */
export interface RunWishFile {
  readonly command: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly via: Via;
  readonly isMasked: boolean;
  readonly isClean?: boolean;
}

const [wishPath = ''] = process.argv.slice(2);
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the suite wrote it a moment ago
const wish = JSON.parse(readFileSync(wishPath, 'utf8')) as RunWishFile;

const program = findProgram(wish.command, process.env['PATH']);
const result = !program.ok
  ? program
  : await runCommand(
      program.value,
      {
        secrets: Object.entries(wish.secrets).map(([name, text]) => ({
          name,
          value: Secret.of(text),
        })),
        texts: [],
        via: wish.via,
      },
      {
        environment: process.env,
        isClean: wish.isClean ?? false,
        isMasked: wish.isMasked,
        memoryDirectories: [process.env['XDG_RUNTIME_DIR'] ?? '', '/dev/shm'],
        io: runIoOf(process),
        signals: processSignals,
        startWith: (start) => start(),
      },
    );
if (result.ok) process.exit(result.value.exitCode);
process.stderr.write(`${result.failure.reason}\n`);
process.exit(result.failure.reason === 'command-not-found' ? 127 : 126);
