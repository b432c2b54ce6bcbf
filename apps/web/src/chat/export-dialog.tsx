import './export-dialog.css';
import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { ChatExportFormatName, Conversation, ConversationId } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { createPortal } from 'react-dom';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { displayTitle } from '../conversations/display-title.ts';
import { highlighting } from '../markdown/highlighting.ts';
import { maths } from '../markdown/maths.ts';
import { i18n } from '../languages/i18n.ts';
import { fetchChat, fetchExport, saveFile, type ExportedChat } from './fetch-export.ts';
import { PrintedChat } from './printed-chat.tsx';

type Choice = ChatExportFormatName | 'print';

interface Format {
  readonly choice: Choice;
  readonly label: MessageDescriptor;
  readonly hint: MessageDescriptor;
}

const FORMATS: readonly Format[] = [
  { choice: 'markdown', label: msg`Markdown`, hint: msg`Text that any editor opens.` },
  { choice: 'html', label: msg`Web page`, hint: msg`One file that any browser opens.` },
  {
    choice: 'json',
    label: msg`JSON`,
    hint: msg`Everything, with all versions of the messages, for other programs.`,
  },
];

const PRINT: Format = {
  choice: 'print',
  label: msg`PDF or paper`,
  hint: msg`Opens your browser’s print dialog, which can save a PDF.`,
};

const EXTENSIONS: Readonly<Record<ChatExportFormatName, string>> = {
  markdown: 'md',
  html: 'html',
  json: 'json',
};

/** Saves a chat, or every chat, to a file that isn’t encrypted, or prints a chat. */
export function ExportDialog(props: {
  /** Default: every chat. */
  readonly conversation?: Conversation;
  /** Prints the chat at once. */
  readonly prints?: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { conversation, prints = false, onClose } = props;
  const [choice, setChoice] = useState<Choice>(prints ? 'print' : 'markdown');
  const { work, run } = useExport(conversation, prints, onClose);
  if (work.at === 'printing') {
    return createPortal(<PrintedChat view={work.view} onPrinted={onClose} />, document.body);
  }
  const formats = conversation === undefined ? FORMATS : [...FORMATS, PRINT];
  return (
    <Dialog
      title={conversation === undefined ? t`Export all chats` : t`Export chat`}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(choice);
        }}
      >
        <fieldset className="export-formats">
          <legend className="visually-hidden">{t`Format`}</legend>
          {formats.map((format) => (
            <div key={format.choice} className="export-format">
              <input
                type="radio"
                id={`export-${format.choice}`}
                name="format"
                checked={format.choice === choice}
                onChange={() => {
                  setChoice(format.choice);
                }}
              />
              <label htmlFor={`export-${format.choice}`}>
                <strong>{i18n._(format.label)}</strong>
                <span className="export-hint">{i18n._(format.hint)}</span>
              </label>
            </div>
          ))}
        </fieldset>
        <p className="dialog-lead export-lead">
          {t`The file isn’t encrypted. Keep it in a safe place.`}
        </p>
        {work.at === 'failed' && <ProblemNotice problem={work.problem} />}
        <footer className="dialog-actions">
          <span className="grow" />
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button type="submit" look="primary" busy={work.at === 'loading'}>
            {choice === 'print' ? t`Print` : t`Export`}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

type Work =
  | { readonly at: 'choosing' | 'loading' }
  | { readonly at: 'failed'; readonly problem: RequestProblem }
  | { readonly at: 'printing'; readonly view: ExportedChat };

function useExport(
  conversation: Conversation | undefined,
  prints: boolean,
  onDone: () => void,
): { readonly work: Work; readonly run: (choice: Choice) => Promise<void> } {
  const [work, setWork] = useState<Work>({ at: prints ? 'loading' : 'choosing' });
  const id = conversation?.id;
  const chats = id === undefined ? ('all' as const) : [id];
  const run = async (choice: Choice): Promise<void> => {
    setWork({ at: 'loading' });
    if (choice === 'print') {
      setWork(await prepareToPrint(id));
      return;
    }
    const exported = await fetchExport({ chats, format: choice });
    if (!exported.ok) {
      setWork({ at: 'failed', problem: exported.failure });
      return;
    }
    saveFile(exported.value, fileName(conversation, EXTENSIONS[choice]));
    onDone();
  };
  useEffect(() => {
    if (prints) void prepareToPrint(id).then(setWork);
  }, [prints, id]);
  return { work, run };
}

async function prepareToPrint(id: ConversationId | undefined): Promise<Work> {
  if (id === undefined) return { at: 'choosing' };
  const chat = await fetchChat(id);
  if (!chat.ok) return { at: 'failed', problem: chat.failure };
  // Maths and colours are printed only if their code has loaded.
  await Promise.all([highlighting.load(), maths.load()]);
  return { at: 'printing', view: chat.value };
}

/** The title without what has a meaning in a path or can’t be seen, or the date. */
function fileName(conversation: Conversation | undefined, extension: string): string {
  if (conversation === undefined) {
    const day = new Date().toISOString().slice(0, 10);
    return `${t`Postern chats`} ${day}.${extension}`;
  }
  const title = displayTitle(conversation.title)
    .replaceAll(/[^\p{L}\p{M}\p{N}._()-]+/gu, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  const start = Array.from(title).slice(0, 60).join('').trimEnd();
  return `${start === '' ? t`Chat` : start}.${extension}`;
}
