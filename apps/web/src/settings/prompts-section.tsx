import { t } from '@lingui/core/macro';
import type { Prompt } from '@postern/protocol';
import { useRef, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { PromptEditor } from '../prompts/prompt-editor.tsx';
import { usePromptList } from '../prompts/prompt-rows.tsx';
import { deletePrompt } from '../prompts/prompts.ts';

/** The prompts: new ones, changes and deletions. */
export function PromptsSection(): ReactElement {
  const { status, list } = usePromptList();
  const [edited, setEdited] = useState<Prompt | 'new'>();
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <section className="settings-section" aria-labelledby="prompts">
      <h2 id="prompts" ref={heading} tabIndex={-1}>
        {t`Prompts`}
      </h2>
      <p className="settings-lead">
        {t`Texts that you use often. Type / at the start of a message to insert one.`}
      </p>
      {typeof status === 'object' && <ProblemNotice problem={status} />}
      {status === 'loading' && <Spinner label={t`Loading…`} />}
      {status === 'loaded' && list.length === 0 && <p className="quiet">{t`No prompts yet.`}</p>}
      {list.map((prompt) => (
        <PromptItem
          key={prompt.id}
          prompt={prompt}
          onEdit={() => {
            setEdited(prompt);
          }}
          onDelete={() => {
            heading.current?.focus();
            void deletePrompt(prompt);
          }}
        />
      ))}
      <Button
        onClick={() => {
          setEdited('new');
        }}
      >
        {t`New prompt`}
      </Button>
      {edited !== undefined && (
        <PromptEditor
          {...(edited === 'new' ? {} : { prompt: edited })}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </section>
  );
}

function PromptItem(props: {
  readonly prompt: Prompt;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}): ReactElement {
  const { prompt, onEdit, onDelete } = props;
  const promptName = prompt.name;
  return (
    <div className="settings-row library-row">
      <div>
        <strong dir="auto">{promptName}</strong>
        <p dir="auto">{prompt.text.slice(0, 200)}</p>
      </div>
      <div className="settings-row-actions">
        <Button aria-label={t`Edit ${promptName}`} onClick={onEdit}>
          {t`Edit`}
        </Button>
        <Button look="quiet" aria-label={t`Delete ${promptName}`} onClick={onDelete}>
          {t`Delete`}
        </Button>
      </div>
    </div>
  );
}
