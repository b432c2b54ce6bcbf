import { t } from '@lingui/core/macro';
import type { Preset } from '@postern/protocol';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { models } from '../models/models.ts';
import { useStore } from '../state/store.ts';
import { PresetEditor } from '../chat-settings/preset-editor.tsx';
import { presetSummary } from '../chat-settings/preset-summary.ts';
import { deletePreset, presets, setDefault, watchPresets } from '../chat-settings/presets.ts';

/** The presets: new ones, changes, deletions, and the default of new chats. */
export function PresetsSection(): ReactElement {
  const { status, list } = useStore(presets);
  useEffect(watchPresets, []);
  const [edited, setEdited] = useState<Preset | 'new'>();
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <section className="settings-section" aria-labelledby="presets">
      <h2 id="presets" ref={heading} tabIndex={-1}>
        {t`Presets`}
      </h2>
      <p className="settings-lead">
        {t`A model with a system prompt and other settings, for one chat or for all new ones.`}
      </p>
      {typeof status === 'object' && <ProblemNotice problem={status} />}
      {status === 'loading' && <Spinner label={t`Loading…`} />}
      {status === 'loaded' && list.length === 0 && <p className="quiet">{t`No presets yet.`}</p>}
      {list.map((preset) => (
        <PresetItem
          key={preset.id}
          preset={preset}
          onEdit={() => {
            setEdited(preset);
          }}
          onDelete={() => {
            heading.current?.focus();
            void deletePreset(preset);
          }}
        />
      ))}
      <Button
        onClick={() => {
          setEdited('new');
        }}
      >
        {t`New preset`}
      </Button>
      {edited !== undefined && (
        <PresetEditor
          {...(edited === 'new' ? {} : { preset: edited })}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </section>
  );
}

function PresetItem(props: {
  readonly preset: Preset;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}): ReactElement {
  const { preset, onEdit, onDelete } = props;
  const { groups } = useStore(models);
  const presetName = preset.name;
  const isDefault = preset.isDefault === true;
  return (
    <div className="settings-row library-row">
      <div>
        <strong>
          <bdi>{presetName}</bdi>
          {isDefault && <span className="library-default">{t`Default`}</span>}
        </strong>
        <p dir="auto">{presetSummary(preset, groups)}</p>
      </div>
      <div className="settings-row-actions">
        <Button
          look="quiet"
          aria-label={isDefault ? t`Clear default: ${presetName}` : t`Make default: ${presetName}`}
          onClick={() => void setDefault(preset, !isDefault)}
        >
          {isDefault ? t`Clear default` : t`Make default`}
        </Button>
        <Button aria-label={t`Edit ${presetName}`} onClick={onEdit}>
          {t`Edit`}
        </Button>
        <Button look="quiet" aria-label={t`Delete ${presetName}`} onClick={onDelete}>
          {t`Delete`}
        </Button>
      </div>
    </div>
  );
}
