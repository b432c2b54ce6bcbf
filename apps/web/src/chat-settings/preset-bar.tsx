import './presets.css';
import { t } from '@lingui/core/macro';
import { ChevronDown } from 'lucide-react';
import type { ChatSettings, Preset } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { Menu, type MenuItem } from '../controls/menu.tsx';
import { navigate } from '../navigation/route.ts';
import type { OfferedModel } from '../models/choose-model.ts';
import { useStore } from '../state/store.ts';
import { PresetEditor } from './preset-editor.tsx';
import { presets, watchPresets } from './presets.ts';

/** Takes the settings of a chat from a preset, or saves them as one. */
export function PresetBar(props: {
  readonly settings: ChatSettings | undefined;
  readonly model: OfferedModel | undefined;
  readonly onApply: (preset: Preset) => void;
  readonly onLeave: () => void;
}): ReactElement {
  const { settings, model, onApply, onLeave } = props;
  const { list } = useStore(presets);
  useEffect(watchPresets, []);
  const [anchor, setAnchor] = useState<HTMLElement>();
  const [isSaving, setSaving] = useState(false);
  return (
    <div className="preset-bar">
      <Button
        aria-haspopup="menu"
        aria-expanded={anchor !== undefined}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        {t`Apply preset`}
        <ChevronDown aria-hidden="true" size={15} />
      </Button>
      <Button
        look="quiet"
        disabled={settings === undefined}
        onClick={() => {
          setSaving(true);
        }}
      >
        {t`Save as preset…`}
      </Button>
      {anchor !== undefined && (
        <Menu
          title={t`Presets`}
          anchor={anchor}
          items={itemsFor(list, onApply, onLeave)}
          onClose={() => {
            setAnchor(undefined);
          }}
        />
      )}
      {isSaving && (
        <PresetEditor
          begun={{
            settings: settings ?? {},
            ...(model && { model: { provider: model.provider, model: model.model } }),
          }}
          onClose={() => {
            setSaving(false);
          }}
        />
      )}
    </div>
  );
}

function itemsFor(
  list: readonly Preset[],
  onApply: (preset: Preset) => void,
  onLeave: () => void,
): readonly MenuItem[] {
  const manage: MenuItem = {
    label: t`Manage presets`,
    icon: null,
    run: () => {
      onLeave();
      navigate({ at: 'settings', section: 'library' });
    },
  };
  const choices = list.map((preset) => ({
    label: preset.name,
    icon: null,
    run: () => {
      onApply(preset);
    },
  }));
  return [...choices, manage];
}
