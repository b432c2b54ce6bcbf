// A separate process that runs the command in its first parameter as `postern run` would. The
// secrets arrive in a file, never in parameters, which other users can see.
import { readFileSync } from 'node:fs';
import { Secret } from '@postern/kernel';
import { findProgram, processSignals, runCommand, runIoOf, type Via } from '@postern/run';

/** The driver's input file. */
export interface RunInput {
  readonly command: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly via: Via;
  readonly isMasked: boolean;
  readonly isClean?: boolean;
}

const [inputPath = ''] = process.argv.slice(2);
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the suite wrote it a moment ago
const input = JSON.parse(readFileSync(inputPath, 'utf8')) as RunInput;

const program = findProgram(input.command, process.env['PATH']);
const result = !program.ok
  ? program
  : await runCommand(
      program.value,
      {
        secrets: Object.entries(input.secrets).map(([name, text]) => ({
          name,
          value: Secret.of(text),
        })),
        texts: [],
        via: input.via,
      },
      {
        environment: process.env,
        isClean: input.isClean ?? false,
        isMasked: input.isMasked,
        memoryDirectories: [process.env['XDG_RUNTIME_DIR'] ?? '', '/dev/shm'],
        io: runIoOf(process),
        signals: processSignals,
        startWith: (start) => start(),
      },
    );
if (result.ok) process.exit(result.value.exitCode);
process.stderr.write(`${result.failure.reason}\n`);
process.exit(result.failure.reason === 'command-not-found' ? 127 : 126);
