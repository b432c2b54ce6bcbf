import { t } from '@lingui/core/macro';
import { CodeXml, Download, Expand, Workflow } from 'lucide-react';
import { useCallback, useRef, useState, type ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { CopyButton } from '../controls/copy-button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { saveFile } from '../state/save-file.ts';
import { useStore } from '../state/store.ts';
import type { Outcome } from './connect-frame.ts';
import { DiagramFrame } from './diagram-frame.tsx';
import { drawsDiagrams, pageLook } from './page-look.ts';
import { useNearView } from './use-near-view.ts';
import './diagrams.css';

/** A taller diagram is shown smaller. */
const MAX_HEIGHT = 1600;

// eslint-disable-next-line lingui/no-unlocalized-strings -- a name
const NAME = 'Mermaid';

type Drawn = Extract<Outcome, { readonly at: 'drawn' }>;

/** Code in the language `mermaid` as a diagram. It is shown as code until it is drawn, and if that fails. */
export function DiagramBlock({ source }: { readonly source: string }): ReactElement {
  const figure = useRef<HTMLElement>(null);
  const isNear = useNearView(figure);
  const look = useStore(pageLook);
  const [isWanted, setIsWanted] = useIsWanted();
  const [outcome, setOutcome] = useState<Outcome>();
  const { drawn, failure } = partsOf(outcome);
  const isShown = isWanted && drawn !== undefined;
  const { onPicture, ...picture } = usePicture();
  return (
    <figure
      ref={figure}
      className="code diagram"
      data-shows={isShown ? 'diagram' : 'code'}
      aria-label={isShown ? t`Mermaid diagram` : t`Mermaid code`}
    >
      <figcaption className="code-head">
        <span className="code-language">{NAME}</span>
        <span className="grow" />
        {isShown && <DrawnTools source={source} size={drawn} {...picture} />}
        {failure === undefined && <SwitchButton isWanted={isWanted} onSwitch={setIsWanted} />}
        <CopyButton text={source} label={t`Copy code`} />
      </figcaption>
      <Failure
        failure={isWanted ? failure : undefined}
        onRetry={() => {
          setOutcome(undefined);
        }}
      />
      {/* Assistive technology reads it, and it is printed, also while the diagram is shown. */}
      <pre dir="ltr" tabIndex={isShown ? undefined : 0}>
        <code>{source}</code>
      </pre>
      {isWanted && failure === undefined && (
        <div className="diagram-drawing" style={styleOf(drawn)}>
          {(isNear || onPicture !== undefined) && (
            <DiagramFrame
              source={source}
              look={look}
              onOutcome={setOutcome}
              onPicture={onPicture}
            />
          )}
        </div>
      )}
    </figure>
  );
}

function partsOf(outcome: Outcome | undefined): {
  readonly drawn?: Drawn;
  readonly failure?: Exclude<Outcome, Drawn>;
} {
  if (outcome === undefined) return {};
  return outcome.at === 'drawn' ? { drawn: outcome } : { failure: outcome };
}

/** Whether the diagram is wanted instead of its code: as the settings say, until its button is pressed. */
function useIsWanted(): readonly [boolean, (isWanted: boolean) => void] {
  const byDefault = useStore(drawsDiagrams);
  const [chosen, setChosen] = useState<boolean>();
  return [chosen ?? byDefault, setChosen];
}

function SwitchButton(props: {
  readonly isWanted: boolean;
  readonly onSwitch: (isWanted: boolean) => void;
}): ReactElement {
  const Icon = props.isWanted ? CodeXml : Workflow;
  return (
    <IconButton
      label={props.isWanted ? t`Show code` : t`Show diagram`}
      tipAt="left"
      onClick={() => {
        props.onSwitch(!props.isWanted);
      }}
    >
      <Icon aria-hidden="true" size={15} />
    </IconButton>
  );
}

/** In pixels of the diagram, which grow with the size of the text. */
function styleOf(
  size: Pick<Drawn, 'width' | 'height'> | undefined,
  maxHeight = MAX_HEIGHT,
): Readonly<Record<string, string>> | undefined {
  if (size === undefined) return undefined;
  const scale = Math.min(1, maxHeight / size.height);
  return {
    width: `${(size.width * scale) / 16}rem`,
    aspectRatio: `${size.width} / ${size.height}`,
  };
}

function Failure(props: {
  readonly failure: Exclude<Outcome, Drawn> | undefined;
  readonly onRetry: () => void;
}): ReactElement | null {
  const { failure, onRetry } = props;
  if (failure === undefined) return null;
  if (failure.at === 'failed') {
    return (
      <div className="diagram-failure">
        <p>
          {failure.isTooLarge
            ? t`This diagram is too large to be drawn.`
            : t`This code can’t be drawn as a diagram.`}
        </p>
        {!failure.isTooLarge && <pre dir="ltr">{failure.why}</pre>}
      </div>
    );
  }
  return (
    <div className="diagram-failure">
      <p>{t`Drawing this diagram took too long and was stopped.`}</p>
      <button type="button" className="button" onClick={onRetry}>
        {t`Try again`}
      </button>
    </div>
  );
}

type PictureState = 'idle' | 'busy' | 'failed';

/** Saves a picture of the diagram, which the frame makes when it gets `onPicture`. */
function usePicture(): {
  readonly pictureState: PictureState;
  readonly takePicture: () => void;
  readonly onPicture: ((png: ArrayBuffer | undefined) => void) | undefined;
} {
  const [state, setState] = useState<PictureState>('idle');
  const save = useCallback((png: ArrayBuffer | undefined) => {
    if (png !== undefined) saveFile('diagram.png', png, 'image/png');
    setState(png === undefined ? 'failed' : 'idle');
  }, []);
  return {
    pictureState: state,
    takePicture: () => {
      setState('busy');
    },
    onPicture: state === 'busy' ? save : undefined,
  };
}

function DrawnTools(props: {
  readonly source: string;
  readonly size: Drawn;
  readonly pictureState: PictureState;
  readonly takePicture: () => void;
}): ReactElement {
  const { source, size, pictureState, takePicture } = props;
  const [isLarge, setIsLarge] = useState(false);
  return (
    <>
      <IconButton
        label={t`Enlarge`}
        tipAt="left"
        onClick={() => {
          setIsLarge(true);
        }}
      >
        <Expand aria-hidden="true" size={15} />
      </IconButton>
      <IconButton
        label={pictureState === 'failed' ? t`Couldn’t make the picture` : t`Download picture`}
        tipAt="left"
        disabled={pictureState === 'busy'}
        onClick={takePicture}
      >
        <Download aria-hidden="true" size={15} />
      </IconButton>
      {isLarge && (
        <LargeDiagram
          source={source}
          size={size}
          onClose={() => {
            setIsLarge(false);
          }}
        />
      )}
    </>
  );
}

/** The diagram at its own size, in a dialog that scrolls. */
function LargeDiagram(props: {
  readonly source: string;
  readonly size: Drawn;
  readonly onClose: () => void;
}): ReactElement {
  const { source, size, onClose } = props;
  const look = useStore(pageLook);
  const [outcome, setOutcome] = useState<Outcome>();
  return (
    <Dialog title={t`Diagram`} className="diagram-dialog" onClose={onClose}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
      <div className="diagram-large" tabIndex={0} role="region" aria-label={t`Diagram`}>
        <div className="diagram-drawing" style={styleOf(size, size.height)}>
          {outcome?.at !== 'hanging' && (
            <DiagramFrame source={source} look={look} onOutcome={setOutcome} />
          )}
        </div>
      </div>
    </Dialog>
  );
}
