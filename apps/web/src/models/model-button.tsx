import { t } from '@lingui/core/macro';
import { ChevronsUpDown } from 'lucide-react';
import { useRef, useState, type ReactElement } from 'react';
import { useOpener } from '../state/openers.ts';
import type { ChatPlace } from '../state/private-chats.ts';
import { useStore } from '../state/store.ts';
import { useLater } from '../state/later.ts';
import type { OfferedModel } from './choose-model.ts';
import { DemoBadge } from './demo-badge.tsx';
import { modelPicker } from './later-picker.ts';
import { loadModels, models, pickModel } from './models.ts';

/** Shows the current model and opens the model picker. */
export function ModelButton(props: {
  readonly id: ChatPlace;
  readonly model: OfferedModel | undefined;
}): ReactElement {
  const { id, model } = props;
  const { status } = useStore(models);
  const [open, setOpen] = useState(false);
  const picker = useLater(modelPicker, open);
  const button = useRef<HTMLButtonElement>(null);
  const show = (): void => {
    setOpen(true);
    void loadModels();
  };
  useOpener('model-picker', show);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="model-button"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={show}
      >
        {model === undefined ? (
          <span>{status === 'loading' ? t`Loading models…` : t`Choose model`}</span>
        ) : (
          <>
            <span className="model-button-name" dir="auto">
              {model.label}
            </span>
            {model.demo ? (
              <DemoBadge />
            ) : (
              <span className="model-button-provider" dir="auto">
                {model.providerLabel}
              </span>
            )}
          </>
        )}
        <ChevronsUpDown aria-hidden="true" size={14} />
      </button>
      {picker !== undefined && (
        <picker.ModelPicker
          anchor={button}
          chosen={model}
          onPick={(choice) => {
            pickModel(id, choice);
            setOpen(false);
          }}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}
