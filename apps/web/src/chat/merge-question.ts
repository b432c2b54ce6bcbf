import { t } from '@lingui/core/macro';
import { plainText, type Message } from '@postern/protocol';

/** A request to merge the answers of a comparison. */
export interface Merge {
  /** The answer under which it is sent. */
  readonly base: Message;
  /** The text of the request, which contains the other answers. */
  readonly question: string;
}

/** Undefined unless two answers have text. `nameOf` returns the name of an answer’s model. */
export function mergeOf(
  answers: readonly Message[],
  nameOf: (answer: Message) => string,
): Merge | undefined {
  const [base, ...others] = answers.filter(({ parts }) => plainText(parts).trim() !== '');
  if (base === undefined || others.length === 0) return undefined;
  const question = [
    t`I asked the same question to several models. The answer above is from ${{ name: nameOf(base) }}. These are the others:`,
    ...others.map((answer) => labelled(answer, nameOf(answer))),
    t`Merge all of them into one answer to my question. Keep what is right and useful in each, leave out repetitions, and where they contradict each other, say so and say which is right.`,
  ].join('\n\n');
  return { base, question };
}

function labelled({ parts, status }: Message, name: string): string {
  const begin =
    status === 'complete' ? t`Answer from ${name}` : t`Answer from ${name} (incomplete)`;
  const end = t`End of the answer from ${name}`;
  return `----- ${begin} -----\n\n${plainText(parts).trim()}\n\n----- ${end} -----`;
}
