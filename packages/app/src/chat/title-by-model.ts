import {
  plainText,
  type AnswerNumbers,
  type Message,
  type ModelRequest,
  type Provider,
  type Usage,
} from '@postern/protocol';
import type { ConversationStore } from '@postern/conversations';
import { priceTable } from '@postern/gateway';
import { upstreamOf } from '@postern/upstreams';
import type { Postern } from '../postern.ts';
import { titleOf } from './question-turns.ts';

/** Of the question and of the answer, in characters. */
const MAX_SENT_LENGTH = 4000;
/** Room for the reasoning of models that can't go without. */
const MAX_TITLE_TOKENS = 1000;
/** In characters. A title is shorter; anything else isn't one. */
const MAX_TITLE_LENGTH = 2000;

const REQUEST =
  'Write a title for this conversation, in its language: two to six words on one line, without quotation marks. Answer with the title only.';

/** The answer after which a title is asked for, and the model that gave it. */
export interface TitledAnswer {
  readonly answer: Message;
  readonly provider: Provider;
  readonly model: string;
}

/**
 * Asks the model for a title of a conversation, once its first answer is complete, if the user wants that and the
 * title is still the one from the question. If that fails, the conversation keeps its title.
 */
export async function titleByModel(
  postern: Postern,
  store: ConversationStore,
  titled: TitledAnswer,
): Promise<void> {
  const { provider, answer } = titled;
  const { conversationId: id } = answer;
  // The demo answers from a script.
  if (!isWanted(postern) || provider.inProcess) return;
  const first = firstTurn(store, answer);
  if (first === undefined) return;
  await postern.running.runForTitle(id, async (signal) => {
    const credential = await postern.keys.credentialFor(provider);
    if (!credential.ok) return;
    const upstream = upstreamOf(postern.connections, provider, credential.value);
    const { text, usage } = await textOf(upstream.ask(requestFor(titled.model, first), signal));
    // The store is closed when the vault is locked.
    if (signal.aborted) return;
    const numbers = numbersOf(postern, titled, usage);
    const title = text === undefined ? first.title : titleFrom(text, first.title);
    if (title === first.title && numbers === undefined) return;
    const changed = store.suggestTitle(id, title, numbers);
    if (!changed.ok) return;
    postern.pageEvents.add({ kind: 'conversation', conversation: changed.value });
    postern.pageEvents.add({ kind: 'messages', id });
  });
}

/** False while the vault is locked, when nothing is sent any more. */
function isWanted(postern: Postern): boolean {
  return postern.config().privacy.titlesByModel && postern.stores() !== undefined;
}

interface FirstTurn {
  readonly question: string;
  readonly answer: string;
  /** The title from the question. */
  readonly title: string;
}

/** Undefined unless this is the first complete answer of a conversation with an automatic title. */
function firstTurn(
  store: ConversationStore,
  { conversationId, id }: Message,
): FirstTurn | undefined {
  const opened = store.open(conversationId);
  if (!opened.ok) return undefined;
  const { conversation, messages } = opened.value;
  const complete = messages.filter(
    (each) => each.role === 'assistant' && each.status === 'complete',
  );
  const [answer] = complete;
  if (complete.length !== 1 || answer?.id !== id) return undefined;
  const question = messages.find((each) => each.id === answer.parentId);
  if (question?.parentId !== null || titleOf(question.parts) !== conversation.title)
    return undefined;
  const texts = { question: plainText(question.parts), answer: plainText(answer.parts) };
  return texts.answer.trim() === '' ? undefined : { ...texts, title: conversation.title };
}

function requestFor(model: string, { question, answer }: FirstTurn): ModelRequest {
  const text = (whole: string): string => whole.slice(0, MAX_SENT_LENGTH).toWellFormed();
  const turns = [
    ['user', text(question)],
    ['assistant', text(answer)],
    ['user', REQUEST],
  ] as const;
  return {
    model,
    stream: true,
    maxOutputTokens: MAX_TITLE_TOKENS,
    turns: turns
      .filter(([, each]) => each.trim() !== '')
      .map(([role, each]) => ({ role, parts: [{ kind: 'text', text: each.trimEnd() }] })),
  };
}

/** Reads the answer, at most as much as a title can have. The text is undefined if it failed. */
async function textOf(
  events: ReturnType<ReturnType<typeof upstreamOf>['ask']>,
): Promise<{ readonly text: string | undefined; readonly usage: Usage }> {
  let [text, usage, isFinished]: [string, Usage, boolean] = ['', {}, false];
  for await (const event of events) {
    if (event.kind === 'usage') usage = { ...usage, ...event.usage };
    if (event.kind === 'finish') isFinished = true;
    if (event.kind === 'part-start' && event.part.kind === 'text') text += event.part.text;
    if (event.kind === 'part-delta' && event.delta.kind === 'text') text += event.delta.text;
    if (text.length > MAX_TITLE_LENGTH) break;
  }
  return { text: isFinished ? text : undefined, usage };
}

/** Cleans a title: its first line, without the marks that models put around it. */
function titleFrom(text: string, otherwise: string): string {
  const line = text.split(/\r?\n/u).find((each) => each.trim() !== '') ?? '';
  const bare = line
    .trim()
    .replace(/^#+\s*/u, '')
    .replace(/^(["'*_`“„«「『]+)(.*?)(["'*_`”“»」』]+)$/u, '$2')
    .trim();
  return bare === '' ? otherwise : titleOf([{ kind: 'text', text: bare }]);
}

function numbersOf(
  postern: Postern,
  { provider, model }: TitledAnswer,
  usage: Usage,
): AnswerNumbers | undefined {
  if (Object.keys(usage).length === 0) return undefined;
  const prices = priceTable(postern.content().prices);
  const costMicroUsd = prices.knownCostOf(provider.id, model, usage);
  return { usage, ...(costMicroUsd === undefined ? {} : { costMicroUsd }) };
}
