import './attachments.css';
import { t } from '@lingui/core/macro';
import { RotateCw, TriangleAlert, X } from 'lucide-react';
import { attachmentName, type Attachment } from '@postern/protocol';
import { useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { useAskedModels } from '../compared-models.ts';
import { focusComposer } from '../compose-requests.ts';
import { changeFiles } from '../drafts.ts';
import { Button, IconButton } from '../../controls/button.tsx';
import { Spinner } from '../../controls/spinner.tsx';
import { showToast } from '../../controls/toasts.tsx';
import type { OfferedModel } from '../../models/choose-model.ts';
import { ModelPicker } from '../../models/model-picker.tsx';
import { models, pickModel } from '../../models/models.ts';
import type { ChatPlace } from '../../state/private-chats.ts';
import { useStore } from '../../state/store.ts';
import { removeFile, retryFile } from './add-files.ts';
import { announcement } from './announcements.ts';
import { AttachmentViewer } from './attachment-viewer.tsx';
import { formatBytes } from './describe-attachment.ts';
import { storedIn, type DraftFile } from './draft-files.ts';
import { EarlierFiles } from './earlier-files.tsx';
import { canBeViewed } from './message-files.tsx';
import { StoredFile } from './stored-file.tsx';
import { refusalOf, unreadable, type FilesRefusal } from './readable-by.ts';

/** The files of the message that is being written. */
export function DraftFiles(props: {
  readonly place: ChatPlace;
  readonly files: readonly DraftFile[];
  readonly model: OfferedModel | undefined;
}): ReactElement {
  const { place, files, model } = props;
  const { groups } = useStore(models);
  const list = useRef<HTMLUListElement>(null);
  const [viewed, setViewed] = useState<Attachment>();
  const stored = storedIn(files);
  const asked = useAskedModels(place, model);
  const refusal = refusalOf(files, asked, groups);
  const refused = new Set(
    asked.flatMap((each) => unreadable(stored, each, groups)).map(({ id }) => id),
  );
  const remove = (file: DraftFile): void => {
    const at = removeFile(place, file.key);
    if (file.at === 'stored') offerUndo(place, file, at);
    requestAnimationFrame(() => {
      focusChip(list.current, at);
    });
  };
  return (
    <div className="draft-files">
      <p className="visually-hidden" role="status">
        {useStore(announcement)}
      </p>
      {files.length > 0 && (
        <ul ref={list} className="file-chips" aria-label={t`Attachments`}>
          {files.map((file) => (
            <Chip
              key={file.key}
              place={place}
              file={file}
              model={model}
              isRefused={file.at === 'stored' && refused.has(file.attachment.id)}
              onView={setViewed}
              onRemove={remove}
            />
          ))}
        </ul>
      )}
      {refusal !== undefined && refusal.text !== '' && (
        <Refusal place={place} refusal={refusal} model={model} />
      )}
      <EarlierFiles place={place} model={model} />
      {viewed !== undefined && (
        <AttachmentViewer
          place={place}
          attachments={stored.filter(canBeViewed)}
          first={viewed}
          onClose={() => {
            setViewed(undefined);
          }}
        />
      )}
    </div>
  );
}

function offerUndo(
  place: ChatPlace,
  file: Extract<DraftFile, { readonly at: 'stored' }>,
  at: number,
): void {
  showToast(t`${{ name: file.attachment.name }} was removed.`, {
    action: {
      label: t`Undo`,
      run: () => {
        changeFiles(place, (now) => now.toSpliced(at, 0, file));
      },
    },
  });
}

/** Moves the focus to what took the place of a removed file. */
function focusChip(list: HTMLElement | null, at: number): void {
  const chips = list?.isConnected === true ? [...list.children] : [];
  const next = chips[at] ?? chips.at(-1);
  const button = next?.querySelector<HTMLElement>('button:last-of-type');
  if (button === null || button === undefined) focusComposer();
  else button.focus();
}

interface ChipProps {
  readonly place: ChatPlace;
  readonly file: DraftFile;
  readonly model: OfferedModel | undefined;
  readonly isRefused: boolean;
  readonly onView: (attachment: Attachment) => void;
  readonly onRemove: (file: DraftFile) => void;
}

function Chip(props: ChipProps): ReactElement {
  const { file, isRefused, onRemove } = props;
  const name = file.at === 'stored' ? file.attachment.name : attachmentName(file.file.name);
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Delete' && event.key !== 'Backspace') return;
    event.preventDefault();
    onRemove(file);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons in it
    <li className="file-chip" data-at={file.at} data-refused={isRefused} onKeyDown={press}>
      <ChipContent {...props} name={name} />
      <IconButton
        label={`${file.at === 'sending' ? t`Cancel` : t`Remove`} ${name}`}
        onClick={() => {
          onRemove(file);
        }}
      >
        <X aria-hidden="true" size={15} />
      </IconButton>
    </li>
  );
}

function ChipContent(props: ChipProps & { readonly name: string }): ReactElement {
  const { place, file, model, name, onView } = props;
  switch (file.at) {
    case 'stored':
      return <StoredFile place={place} attachment={file.attachment} onView={onView} />;
    case 'sending':
      return <SentFile name={name} sent={file.sent} size={file.file.size} />;
    case 'failed':
      return (
        <>
          <TriangleAlert aria-hidden="true" size={18} />
          <span className="file-text">
            <bdi className="file-name">{name}</bdi>
            <span className="file-problem">
              <strong>{file.message}</strong> {file.remedy}
            </span>
          </span>
          {file.canRetry && (
            <IconButton
              label={t`Try again: ${name}`}
              onClick={() => {
                retryFile(place, file, model);
              }}
            >
              <RotateCw aria-hidden="true" size={15} />
            </IconButton>
          )}
        </>
      );
  }
}

function SentFile(props: {
  readonly name: string;
  readonly sent: number;
  readonly size: number;
}): ReactElement {
  const { name, sent, size } = props;
  const isStoring = sent >= size && size > 0;
  return (
    <>
      <Spinner />
      <span className="file-text">
        <bdi className="file-name">{name}</bdi>
        <span className="file-about">
          {isStoring
            ? t`Encrypting…`
            : t`${{ sent: formatBytes(sent) }} of ${{ size: formatBytes(size) }}`}
        </span>
        <progress
          aria-label={t`Attaching ${name}`}
          max={size}
          value={isStoring ? undefined : sent}
        />
      </span>
    </>
  );
}

function Refusal(props: {
  readonly place: ChatPlace;
  readonly refusal: FilesRefusal;
  readonly model: OfferedModel | undefined;
}): ReactElement {
  const { place, refusal, model } = props;
  const [choosing, setChoosing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <div className="files-refusal">
      <TriangleAlert aria-hidden="true" size={16} />
      <p role="status">{refusal.text}</p>
      {refusal.offersModels && (
        <Button
          ref={button}
          aria-haspopup="dialog"
          onClick={() => {
            setChoosing(true);
          }}
        >
          {t`Choose another model`}
        </Button>
      )}
      {choosing && (
        <ModelPicker
          anchor={button}
          chosen={model}
          onPick={(choice) => {
            pickModel(place, choice);
            setChoosing(false);
            focusComposer();
          }}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </div>
  );
}
