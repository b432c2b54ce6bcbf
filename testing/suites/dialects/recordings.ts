import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectId } from '@postern/protocol';
import { corpusPath, skipBecause, whyNoCorpus } from '@postern/testing';

/** One recorded answer as its events: the data of each, in order. */
export interface Recording {
  readonly name: string;
  readonly dialect: DialectId;
  readonly events: readonly string[];
}

/** One recorded answer that was not streamed. */
export interface WholeAnswer {
  readonly name: string;
  readonly dialect: DialectId;
  readonly body: string;
}

/** Whether the recordings are missing; said once, and a failure in CI. */
export const areMissing = skipBecause('recorded answers', whyNoCorpus('streams'));

const FOLDERS: readonly (readonly [string, DialectId])[] = [
  ['anthropic-messages', 'anthropic-messages'],
  ['openai-chat', 'openai-chat'],
  ['groq-chat', 'openai-chat'],
  ['deepseek-chat', 'openai-chat'],
  ['openai-compatible-chat', 'openai-chat'],
];

/** Malformed on purpose; tested for themselves. */
export const MALFORMED = ['duplicate-message-start', 'spliced-message-start'] as const;

export function recordings(): readonly Recording[] {
  return FOLDERS.flatMap(([folder, dialect]) =>
    namesIn(folder, /\.(?:chunks\.txt|sse)$/).flatMap((file) => {
      const name = file.replace(/\.(?:chunks\.txt|sse)$/, '');
      const answers = answersIn(eventsIn(folder, file));
      return answers.map((events, index) => ({
        name: `${folder}/${name}${answers.length === 1 ? '' : ` #${index + 1}`}`,
        dialect,
        events,
      }));
    }),
  ).filter(({ name }) => !MALFORMED.some((malformed) => name.endsWith(malformed)));
}

export function malformedRecording(name: (typeof MALFORMED)[number]): Recording {
  const events = eventsIn('anthropic-messages', `${name}.chunks.txt`);
  return { name, dialect: 'anthropic-messages', events };
}

/** Errors and other bodies that are no answer are left out. */
export function wholeAnswers(): readonly WholeAnswer[] {
  return FOLDERS.flatMap(([folder, dialect]) =>
    namesIn(folder, /\.json$/).map((file) => ({
      name: `${folder}/${file}`,
      dialect,
      body: readFileSync(join(corpusPath('streams'), folder, file), 'utf8'),
    })),
  ).filter(({ body }) => /"(?:choices|content)"\s*:/.test(body));
}

/** The bytes in which a server sends the events. */
export function framed({ dialect, events }: Recording): Uint8Array {
  const frames = events.map((data) => {
    const name = dialect === 'anthropic-messages' ? /"type":"(\w+)"/.exec(data)?.[1] : undefined;
    return `${name === undefined ? '' : `event: ${name}\n`}data: ${data}\n\n`;
  });
  const end = dialect === 'openai-chat' ? 'data: [DONE]\n\n' : '';
  return new TextEncoder().encode(frames.join('') + end);
}

function namesIn(folder: string, form: RegExp): readonly string[] {
  if (areMissing) return [];
  const names = readdirSync(join(corpusPath('streams'), folder));
  return names.filter((name) => form.test(name)).sort();
}

function eventsIn(folder: string, file: string): readonly string[] {
  return readFileSync(join(corpusPath('streams'), folder, file), 'utf8')
    .split('\n')
    .map((line) => line.replace(/^data: /, ''))
    .filter((line) => line.trim() !== '' && line !== '[DONE]');
}

/** Some files hold several answers one after the other. */
function answersIn(events: readonly string[]): readonly (readonly string[])[] {
  const answers: string[][] = [[]];
  for (const event of events) {
    const last = answers.at(-1) ?? [];
    const isStopped = last.at(-1)?.includes('"message_stop"') === true;
    if (isStopped && event.includes('"message_start"')) answers.push([event]);
    else last.push(event);
  }
  return answers;
}
