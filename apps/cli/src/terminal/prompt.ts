import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Secret } from '@postern/kernel';
import { openControllingTerminal } from './controlling-terminal.ts';
import { standardError } from './standard-streams.ts';
import type { Terminal } from './terminal.ts';

/** Asks on the terminal without echo. Returns undefined if the user cancels. */
export async function promptHidden(question: string): Promise<Secret | undefined> {
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  // The prompt appears only after the echo is off, because an answer may come immediately.
  standardError().write(question);
  const answer = await new Promise<string | undefined>((resolve) => {
    reader.once('SIGINT', () => {
      resolve(undefined);
    });
    reader.once('close', () => {
      resolve(undefined);
    });
    reader.question('', resolve);
  });
  reader.close();
  standardError().write('\n');
  return answer === undefined ? undefined : Secret.of(answer);
}

/**
 * The same on the session's controlling terminal, without using standard input. Returns `nobody` if
 * there is no terminal.
 */
export async function askHidden(
  terminal: Terminal,
  question: string,
): Promise<Secret | 'nobody' | undefined> {
  using keyboard = openControllingTerminal();
  if (keyboard === undefined) {
    return terminal.interactive ? await promptHidden(question) : 'nobody';
  }
  return keyboard.askHidden(question);
}

/** Asks a yes/no question. Any answer except yes means no. */
export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await askLine(`${question} [y/N] `)).trim());
}

/** Asks for a line of text; empty if there is none. */
export async function askLine(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: standardError() });
  const answer = await new Promise<string>((resolve) => {
    reader.once('close', () => {
      resolve('');
    });
    reader.question(question, resolve);
  });
  reader.close();
  return answer;
}

const MAX_STDIN_BYTES = 65_536;

/**
 * Reads standard input without one trailing newline. Returns undefined if it is longer than a
 * secret can be.
 */
export async function readStandardInput(): Promise<Secret | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  const input: AsyncIterable<Buffer> = process.stdin;
  for await (const bytes of input) {
    length += bytes.length;
    if (length > MAX_STDIN_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Secret.of(
    Buffer.concat(chunks)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
  );
}
