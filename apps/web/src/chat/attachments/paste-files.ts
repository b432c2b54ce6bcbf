import { t } from '@lingui/core/macro';
import { encodeUtf8 } from '@postern/kernel';
import { insertText } from '../compose-requests.ts';
import { showToast } from '../../controls/toasts.tsx';
import type { ModelChoice } from '../../models/choose-model.ts';
import type { ChatPlace } from '../../state/private-chats.ts';
import { addFiles, removeFile } from './add-files.ts';
import { filesOf } from './draft-files.ts';

/** A longer pasted text becomes a file. */
const MAX_PASTED_BYTES = 50_000;

/** The keys of the files that were pasted as text. */
const pasted = new Set<string>();

/** Attaches what is pasted if it is files or a long text. False if it is left to the message field. */
export function pasteFiles(
  { clipboardData }: { readonly clipboardData: DataTransfer },
  place: ChatPlace,
  model: ModelChoice | undefined,
): boolean {
  const text = clipboardData.getData('text/plain');
  const files = [...clipboardData.files];
  if (files.length > 0 && !isPictureOf(text, files)) {
    addFiles(place, files, model);
    return true;
  }
  if (!isLong(text)) return false;
  attachText(place, text, model);
  return true;
}

/** Spreadsheets and word processors copy a picture of the text too. */
function isPictureOf(text: string, files: readonly File[]): boolean {
  return text.trim() !== '' && files.every(({ type }) => type.startsWith('image/'));
}

function isLong(text: string): boolean {
  if (text.length > MAX_PASTED_BYTES) return true;
  // A UTF-16 code unit has at most three bytes in UTF-8.
  return text.length * 3 > MAX_PASTED_BYTES && encodeUtf8(text).length > MAX_PASTED_BYTES;
}

function attachText(place: ChatPlace, text: string, model: ModelChoice | undefined): void {
  const number = filesOf(place).filter(({ key }) => pasted.has(key)).length + 1;
  const name = number === 1 ? t`Pasted text.txt` : t`Pasted text ${number}.txt`;
  addFiles(place, [new File([text], name, { type: 'text/plain' })], model);
  const added = filesOf(place).at(-1);
  if (added === undefined) return;
  pasted.add(added.key);
  showToast(t`The long text is attached as a file.`, {
    action: {
      label: t`Paste as text`,
      run: () => {
        if (removeFile(place, added.key) !== -1) insertText(text);
      },
    },
  });
}
