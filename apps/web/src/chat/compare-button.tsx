import { t } from '@lingui/core/macro';
import { Columns2, X } from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { offeredModels, type ModelChoice, type OfferedModel } from '../models/choose-model.ts';
import { models, pickModel } from '../models/models.ts';
import { useOpener } from '../state/openers.ts';
import type { ChatPlace } from '../state/private-chats.ts';
import { useStore } from '../state/store.ts';
import { CompareDialog } from './compare-dialog.tsx';
import { comparedBeside, comparedModels, compareWith, isSameModel } from './compared-models.ts';
import { focusComposer } from './compose-requests.ts';

interface CompareProps {
  readonly id: ChatPlace;
  /** The model of the chat, which always answers. */
  readonly model: OfferedModel | undefined;
}

/** Chooses the models that answer the next question beside the chosen one. */
export function CompareButton({ id, model }: CompareProps): ReactElement | null {
  const [choosing, setChoosing] = useState(false);
  const others = useOthers(id, model);
  useOpener(
    'compare',
    () => {
      setChoosing(true);
    },
    model !== undefined,
  );
  if (model === undefined) return null;
  return (
    <>
      <IconButton
        label={t`Compare models`}
        className="compare-button"
        aria-haspopup="dialog"
        aria-pressed={others.length > 0}
        onClick={() => {
          setChoosing(true);
        }}
      >
        <Columns2 aria-hidden="true" size={16} />
      </IconButton>
      {choosing && (
        <CompareDialog
          chosen={[model, ...others]}
          fewest={1}
          onChoose={([first, ...further]) => {
            setChoosing(false);
            if (first !== undefined && !isSameModel(first, model)) pickModel(id, first);
            compareWith(id, further);
            focusComposer();
          }}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

/** The models that answer beside the chosen one, above the buttons of the composer. */
export function ComparedModels({ id, model }: CompareProps): ReactElement | null {
  const others = useOthers(id, model);
  if (model === undefined || others.length === 0) return null;
  return (
    <ul className="compared-models" aria-label={t`Models to compare`}>
      <li>
        <span className="compared-model">{model.label}</span>
      </li>
      {others.map((other) => (
        <li key={`${other.provider}/${other.model}`}>
          <span className="compared-model">
            <NameOf choice={other} />
            <IconButton
              label={t`Remove from comparison`}
              onClick={() => {
                compareWith(
                  id,
                  others.filter((each) => !isSameModel(each, other)),
                );
                focusComposer();
              }}
            >
              <X aria-hidden="true" size={13} />
            </IconButton>
          </span>
        </li>
      ))}
    </ul>
  );
}

function NameOf({ choice }: { readonly choice: ModelChoice }): ReactElement {
  const { groups } = useStore(models);
  const offered = offeredModels(groups).find((each) => isSameModel(each, choice));
  return <span>{offered?.label ?? choice.model}</span>;
}

function useOthers(id: ChatPlace, model: OfferedModel | undefined): readonly ModelChoice[] {
  const all = useStore(comparedModels);
  return useMemo(
    () => (model === undefined ? [] : comparedBeside(all, id, model)),
    [all, id, model],
  );
}
