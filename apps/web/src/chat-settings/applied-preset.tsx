import { t } from '@lingui/core/macro';
import type { ConversationId, Preset } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { Notice } from '../controls/notice.tsx';
import { models } from '../models/models.ts';
import { useStore } from '../state/store.ts';
import { presetSummary } from './preset-summary.ts';
import { pickPresetModel } from './presets.ts';
import { draftOf, type SettingsDraft } from './settings-draft.ts';

interface Applied {
  readonly preset: Preset;
  readonly undo: () => void;
}

export interface AppliedPresets {
  /** The one that was applied last. */
  readonly last: Preset | undefined;
  readonly apply: (preset: Preset) => void;
  readonly undo: () => void;
  readonly undoAll: () => void;
}

/** Applies presets to the fields and the model of a chat. */
export function useAppliedPresets(
  place: ConversationId | 'new',
  draft: SettingsDraft,
  setDraft: (draft: SettingsDraft) => void,
): AppliedPresets {
  const [applied, setApplied] = useState<readonly Applied[]>([]);
  const undo = (count: number): void => {
    for (const each of applied.slice(-count).toReversed()) each.undo();
    setApplied(applied.slice(0, -count));
  };
  return {
    last: applied.at(-1)?.preset,
    apply: (preset) => {
      const undoModel = pickPresetModel(place, preset);
      setDraft(draftOf(preset.settings));
      const undoIt = (): void => {
        undoModel();
        setDraft(draft);
      };
      setApplied([...applied, { preset, undo: undoIt }]);
    },
    undo: () => {
      undo(1);
    },
    undoAll: () => {
      undo(applied.length);
    },
  };
}

/** What the chat has from a preset, and how to have what it had before. */
export function AppliedPreset({ last, undo }: AppliedPresets): ReactElement {
  const { groups } = useStore(models);
  const presetName = last?.name ?? '';
  return (
    <div role="status" className="applied-preset">
      {last !== undefined && (
        <Notice
          title={t`Preset “${presetName}” applied.`}
          actions={<Button onClick={undo}>{t`Undo`}</Button>}
        >
          <span dir="auto">{presetSummary(last, groups)}</span>
        </Notice>
      )}
    </div>
  );
}
