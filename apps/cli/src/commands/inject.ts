import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { writePrivateFile, type WriteFailure } from '@postern/disk';
import { decodeUtf8, ok, revealSecret, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { describeRunFailure, injectTemplate, type SecretRequest } from '@postern/run';
import { describeVaultFailure } from '@postern/vault';
import { fail, orFail, report, type CommandContext } from './command-context.ts';
import { take } from './take-secrets.ts';

export interface InjectOptions {
  /** `-`: standard input. */
  readonly input: string;
  /** `-`: standard output. */
  readonly output: string;
  readonly force: boolean;
}

/**
 * `postern inject -i TEMPLATE -o FILE`: fills in every `{{ postern://name/field }}` of the
 * template. This is the only command that writes secrets in plain text, and it prints a warning.
 */
export async function inject(context: CommandContext, options: InjectOptions): Promise<void> {
  const { input, output } = options;
  if (output !== '-' && !options.force && existsSync(output)) fail(present(output));
  const template = readTemplate(input);
  const takeForUse = async (request: SecretRequest) =>
    await take(context, request, { action: 'secret.inject' });
  const at = input === '-' ? 'standard input' : input;
  const filled = orFail(await injectTemplate(template, takeForUse, at), (failure) =>
    'code' in failure ? failure : describeRunFailure(failure),
  );
  if (output === '-') context.terminal.write(revealSecret(filled));
  else await writeOutput(context, output, filled, options.force);
}

const MAX_TEMPLATE_LENGTH = 16_777_216;

function readTemplate(path: string): string {
  const name = path === '-' ? 'on standard input' : path;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path === '-' ? 0 : path);
  } catch {
    return fail(problem('ENV_FILE_UNREADABLE', `Can't read the template ${name}.`));
  }
  const text = bytes.length > MAX_TEMPLATE_LENGTH ? undefined : decodeUtf8(bytes);
  return text ?? fail(problem('ENV_FILE_UNREADABLE', `The template ${name} isn't UTF-8 text.`));
}

async function writeOutput(
  context: CommandContext,
  path: string,
  text: Secret,
  isReplacing: boolean,
): Promise<void> {
  const written = await writePrivateFile(resolve(path), isReplacing, async (write) => {
    await write(revealSecret(text));
    return ok();
  });
  orFail(written, (failure) => describeWriteFailure(path, failure));
  report(context, { written: resolve(path) }, []);
  context.terminal.note(
    `postern: warning: ${path} now contains secrets in plain text (mode 0600). ` +
      'Delete it after use, or pass the secrets to the program with postern run instead.',
  );
}

function describeWriteFailure(path: string, failure: WriteFailure): Problem {
  return failure.reason === 'file-exists' ? present(path) : describeVaultFailure(failure);
}

function present(path: string): Problem {
  return problem('OUTPUT_EXISTS', `${path} already exists and was left unchanged.`);
}
