import { t } from '@lingui/core/macro';
import { ATTACHMENT_TYPES, type Attachment, type ModelGroup } from '@postern/protocol';
import type { ModelChoice } from '../../models/choose-model.ts';
import { storedIn, type DraftFile } from './draft-files.ts';

/** Why a message with these files can't be sent. */
export interface FilesRefusal {
  readonly text: string;
  /** Whether another model could take them. */
  readonly offersModels: boolean;
}

/** The files that a model is known not to read. Nothing is refused if that isn't known. */
export function unreadable(
  attachments: readonly Attachment[],
  model: ModelChoice | undefined,
  groups: readonly ModelGroup[],
): readonly Attachment[] {
  const modalities = modalitiesOf(model, groups);
  if (modalities === undefined) return [];
  return attachments.filter(
    ({ mediaType }) => !canRead(modalities, ATTACHMENT_TYPES[mediaType].modality),
  );
}

/** The kinds of attachments that a model is known not to read. */
export function unreadKinds(
  model: ModelChoice,
  groups: readonly ModelGroup[],
): readonly ('image' | 'file')[] {
  const modalities = modalitiesOf(model, groups);
  if (modalities === undefined) return [];
  return (['image', 'file'] as const).filter((kind) => !modalities.includes(kind));
}

function modalitiesOf(
  model: ModelChoice | undefined,
  groups: readonly ModelGroup[],
): readonly string[] | undefined {
  const group = groups.find(({ provider }) => provider === model?.provider);
  return group?.models.find(({ id }) => id === model?.model)?.facts?.inputModalities;
}

function canRead(modalities: readonly string[], needed: string): boolean {
  // A text file is sent as text.
  return needed === 'text' || modalities.includes(needed);
}

/** Why a message with these files can't be sent now, empty while they are sent to Postern; undefined if it can. */
export function refusalOf(
  files: readonly DraftFile[],
  asked: readonly ModelChoice[],
  groups: readonly ModelGroup[],
): FilesRefusal | undefined {
  if (files.some(({ at }) => at === 'failed')) {
    return { text: t`Remove the files that couldn’t be attached.`, offersModels: false };
  }
  if (files.some(({ at }) => at === 'sending')) return { text: '', offersModels: false };
  for (const model of asked) {
    const refused = unreadable(storedIn(files), model, groups);
    if (refused.length > 0) {
      return {
        text: refusalText(labelOf(model, groups), refused),
        offersModels: true,
      };
    }
  }
  return undefined;
}

function labelOf({ provider, model }: ModelChoice, groups: readonly ModelGroup[]): string {
  const group = groups.find((each) => each.provider === provider);
  return group?.models.find(({ id }) => id === model)?.label ?? model;
}

function refusalText(model: string, refused: readonly Attachment[]): string {
  switch (kindsOf(refused)) {
    case 'both':
      return t`${model} can’t read images and PDFs.`;
    case 'image':
      return t`${model} can’t read images.`;
    case 'file':
      return t`${model} can’t read PDFs.`;
  }
}

/** Which kinds of files these are. */
export function kindsOf(attachments: readonly Attachment[]): 'both' | 'image' | 'file' {
  const modalities = new Set(
    attachments.map(({ mediaType }) => ATTACHMENT_TYPES[mediaType].modality),
  );
  if (modalities.size > 1) return 'both';
  return modalities.has('image') ? 'image' : 'file';
}
