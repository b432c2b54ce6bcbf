import { isJsonObject, parseJson } from '@postern/kernel';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { corpusFiles, type FakeDialect } from '@postern/testing';

/** One recorded answer as a list of events: the data of each, in order. */
export interface Recording {
  readonly name: string;
  readonly dialect: FakeDialect;
  readonly events: readonly string[];
}

/** One recorded answer without streaming. */
export interface WholeAnswer {
  readonly name: string;
  readonly dialect: FakeDialect;
  readonly body: string;
}

/** The folders of recordings and their dialects. Some exist only in other people's corpora. */
export const FOLDERS: readonly (readonly [string, FakeDialect])[] = [
  ['anthropic-messages', 'anthropic-messages'],
  ['openai-chat', 'openai-chat'],
  ['groq-chat', 'openai-chat'],
  ['deepseek-chat', 'openai-chat'],
  ['openai-compatible-chat', 'openai-chat'],
];

/** Malformed on purpose; they have their own tests. */
export const MALFORMED = ['duplicate-message-start', 'spliced-message-start'] as const;

/** In these streams of the Responses API most of the text was removed from all events except the last. */
export const SHORTENED = ['openai-phase.1', 'openai-shell-container.1'] as const;

export function recordings(): readonly Recording[] {
  return FOLDERS.flatMap(([folder, dialect]) =>
    corpusFiles('streams', /\.(?:chunks\.txt|sse)$/, { folder }).flatMap((file) => {
      const name = basename(file).replace(/\.(?:chunks\.txt|sse)$/, '');
      const answers = answersIn(eventsIn(file));
      return answers.map((events, index) => ({
        name: `${folder}/${name}${answers.length === 1 ? '' : ` #${index + 1}`}`,
        dialect,
        events,
      }));
    }),
  ).filter(({ name }) => !MALFORMED.some((malformed) => name.endsWith(malformed)));
}

/** The recorded streams of the Responses API that aren't of errors. */
export function responsesRecordings(): readonly Recording[] {
  const dialect: FakeDialect = 'openai-responses';
  return corpusFiles('streams', /\.chunks\.txt$/, { folder: dialect })
    .flatMap((file) => {
      const answers: string[][] = [];
      for (const event of eventsIn(file)) {
        if (typeOf(event) === 'response.created') answers.push([]);
        answers.at(-1)?.push(event);
      }
      const name = `${dialect}/${basename(file, '.chunks.txt')}`;
      return answers.map((events, index) => ({ name: `${name} #${index + 1}`, dialect, events }));
    })
    .filter(({ events }) => /\.(?:completed|incomplete)$/.test(typeOf(events.at(-1) ?? '')));
}

/** The type of an event, which isn't always its first field; empty if it isn't an object. */
function typeOf(event: string): string {
  const parsed = parseJson(event);
  const type = parsed.ok && isJsonObject(parsed.value) ? parsed.value['type'] : undefined;
  return typeof type === 'string' ? type : '';
}

export function malformedRecording(name: (typeof MALFORMED)[number]): Recording {
  const folder = 'anthropic-messages';
  const [file = ''] = corpusFiles('streams', new RegExp(`^${name}\\.`), { folder });
  return { name, dialect: folder, events: eventsIn(file) };
}

/** Leaves out errors and other bodies that aren't answers. */
export function wholeAnswers(): readonly WholeAnswer[] {
  return FOLDERS.flatMap(([folder, dialect]) =>
    corpusFiles('streams', /\.json$/, { folder }).map((file) => ({
      name: `${folder}/${basename(file)}`,
      dialect,
      body: readFileSync(file, 'utf8'),
    })),
  ).filter(({ body }) => /"(?:choices|content)"\s*:/.test(body));
}

/** The whole answers of the Responses API. */
export function wholeResponses(): readonly WholeAnswer[] {
  const dialect: FakeDialect = 'openai-responses';
  return corpusFiles('streams', /\.json$/, { folder: dialect })
    .map((file) => ({
      name: `${dialect}/${basename(file)}`,
      dialect,
      body: readFileSync(file, 'utf8'),
    }))
    .filter(({ body }) => /"output"\s*:/.test(body));
}

/** The bytes in which a server sends the events. */
export function framed({ dialect, events }: Recording): Uint8Array {
  const frames = events.map((data) => {
    const name = dialect === 'openai-chat' ? '' : `event: ${typeOf(data)}\n`;
    return `${name}data: ${data}\n\n`;
  });
  const end = dialect === 'openai-chat' ? 'data: [DONE]\n\n' : '';
  return new TextEncoder().encode(frames.join('') + end);
}

function eventsIn(file: string): readonly string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/^data: /, ''))
    .filter((line) => line.trim() !== '' && line !== '[DONE]');
}

/** Some files hold several answers in sequence. */
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
